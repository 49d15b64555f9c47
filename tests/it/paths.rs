//! Tools that change the paths of their ports.

use rgbpipe::Until;
use rgbpipe::program::{Failure, Need};

use crate::fake::{BOUND, fake, pattern};

/// What opens a FIFO under its other name would wait, or share the bytes of those that have it open.
#[test]
fn a_port_that_is_opened_under_another_name_is_an_error() {
    let cases = [
        ("rename 1 1.old; r h 1.old; read h all; close h; r h 1.old", "in"),
        ("link 1 1.old; r h 1.old; read h all; close h; r h 1.old", "in"),
        ("exchange 1 2; r h 2; read h all; close h; r h 2", "in"),
        ("link 3 3.old; w h 3; text h x; close h; w h 3.old; text h y; close h", "o"),
        ("rename 3 3.old; w h 3.old; text h x; close h; w h 3.old; text h y; close h; rename 3.old 3", "o"),
    ];
    // Elsewhere two opens in quick succession are one.
    let shown = if cfg!(all(target_os = "linux", not(portable))) { cases.len() } else { 3 };
    for (script, name) in &cases[..shown] {
        let ran = fake(&format!("try {}", script.replace("; ", "; try ")))
            .input(pattern(1, 10))
            .input(pattern(2, 10))
            .output("o")
            .with(|program| program.until(&Until::after(BOUND / 2)))
            .run();
        assert_eq!(ran.verdict(), Err(Failure::NeedsFile((*name).into(), Need::OtherName)), "{script}\n{:?}", ran.log);
    }
}

#[test]
fn a_port_that_becomes_a_directory_does_not_matter() {
    // Far more inputs than are held open, so that the last is looked for again and again.
    let fake = fake("put 90 directory; pause 50; w h 91; text h x");
    let ran = (0..90).fold(fake, |fake, _| fake.input(pattern(1, 10))).output("o").run();
    ran.gave("o", b"x\n");
}
