//! `comm(1)` compares files. Here it compares two texts in memory:
//!
//! ```text
//! cargo run -p rgbpipe-program --example common_lines
//! ```

use std::error::Error;
use std::time::Duration;

use program::{Program, Until};

fn main() -> Result<(), Box<dyn Error>> {
    let common = common_lines("Kirby\nMetroid\nTetris\n", "Kirby\nTetris\nZelda\n")?;
    print!("{common}");
    assert_eq!(common, "Kirby\nTetris\n");
    Ok(())
}

/// The lines that two sorted texts share.
fn common_lines(one: &str, other: &str) -> Result<String, Box<dyn Error>> {
    let finished = Program::new("comm")
        .arg("-12")
        // Each is the path of a FIFO that only `comm` sees.
        .input("one", one.as_bytes())
        .input("other", other.as_bytes())
        .until(&Until::after(Duration::from_secs(10)))
        .run()?;
    // Its own message is worth more than its exit status.
    finished
        .verdict()
        .map_err(|failure| format!("comm: {failure}\n{}", String::from_utf8_lossy(&finished.stderr.bytes)))?;
    Ok(String::from_utf8(finished.stdout.bytes)?)
}
