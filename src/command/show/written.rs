//! Prints the files that a build has written.

use crate::outputs::kind::Kind;
use crate::outputs::output::Output;

/// The size of a bank of ROM.
const BANK: usize = 16 << 10;

/// `wrote game.gb (32 KiB, 2 banks), game.sym`. Nothing where no file is.
pub(crate) fn line(outputs: &[Output]) -> Option<String> {
    let files = outputs.iter().filter_map(|Output { kind, sink, artifact }| {
        let file = sink.file()?.display();
        let size = artifact.size();
        Some(match kind {
            Kind::Rom => {
                let banks = size.div_ceil(BANK);
                format!("{file} ({}, {banks} bank{})", in_units(size), if banks == 1 { "" } else { "s" })
            }
            _ => file.to_string(),
        })
    });
    let files: Vec<_> = files.collect();
    (!files.is_empty()).then(|| format!("wrote {}", files.join(", ")))
}

fn in_units(size: usize) -> String {
    match size {
        0 => "0 bytes".to_owned(),
        1 => "1 byte".to_owned(),
        size if size.is_multiple_of(1 << 20) => format!("{} MiB", size >> 20),
        size if size.is_multiple_of(1 << 10) => format!("{} KiB", size >> 10),
        size => format!("{size} bytes"),
    }
}
