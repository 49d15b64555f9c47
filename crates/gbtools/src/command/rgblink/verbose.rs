//! The lines that `-v` prints about rgblink's options.

use super::Line;
use crate::command::verbose::Described;

impl Line {
    pub(super) fn described(&self) -> Described {
        let options = &self.options;
        let mut text = Described::default();
        text.flag(options.dmg, "DMG mode prohibits non-DMG section types");
        text.flag(options.tiny || options.no_pad, "ROM0 covers the full 32 KiB of ROM");
        text.flag(options.wram0 || options.dmg, "WRAM0 covers the full 8 KiB of WRAM");
        text.flag(options.no_pad, "No padding at the end of the ROM file");
        text.line(format!("Pad value: 0x{:02X}", options.pad.unwrap_or_default()));
        let scramble = &options.scramble;
        let pools = [("ROMX", scramble.romx), ("SRAM", scramble.sram), ("WRAMX", scramble.wramx)];
        let pools = pools.into_iter().filter_map(|(region, pool)| Some(format!("{region} = {}", pool?)));
        let pools: Vec<_> = pools.collect();
        text.flag(!pools.is_empty(), &format!("Scramble: {}", pools.join(", ")));
        let inputs = (!self.inputs.is_empty()).then(|| bstr::join(", ", &self.inputs).into());
        text.file("Input object files", inputs.as_ref());
        text.file("Overlay file", options.overlay.as_ref());
        text.file("Linker script", options.script.as_ref());
        text.file("Output ROM file", self.output.as_ref());
        text.file("Output map file", self.map.as_ref());
        text.flag(options.no_symbols_in_map, "No symbols in map file");
        text.file("Output sym file", self.sym.as_ref());
        text
    }
}
