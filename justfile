# `just` lists these; CONTRIBUTING.md explains them.

tools := "scripts/with-rgbds"

_default:
    @just --list

# Build the command with optimizations
build:
    cargo build --release --locked

# Run the tests, or those whose names contain WORDS
test *WORDS:
    {{tools}} cargo test {{WORDS}}

# Format the code and run the lints
lint:
    cargo fmt --all
    cargo clippy --workspace --all-targets --locked -- -D warnings

# Run everything that must hold before a change lands
ci:
    .ci/run

# Rewrite man pages, completions and the README's picture
bless:
    RGBPIPE_BLESS=1 {{tools}} cargo test --bin rgbpipe fresh
    RGBPIPE_BLESS=1 {{tools}} cargo test --test it picture

# Run the random schedules for some seconds
stress SECONDS="3600":
    RGBPIPE_STRESS_SECONDS={{SECONDS}} {{tools}} cargo test --release --test it schedules

# Look for leaks over many builds in one process
soak BUILDS="100000":
    RGBPIPE_SOAK_BUILDS={{BUILDS}} {{tools}} cargo test --release --test it builds_in_one_process

# Run the benchmarks, or those whose names contain WORDS
bench *WORDS:
    {{tools}} cargo bench -- {{WORDS}}

# Check licences, advisories and sources of the dependencies
deny:
    cargo deny check

# Pack the archive of a release into target/release-archive
package:
    scripts/package
