use super::Linking;

const ROMX: &str = "SECTION \"x\", ROMX\nX: db 1, 2, 3\n";

#[test]
fn a_rom_has_whole_banks_and_at_least_two() {
    assert_eq!(Linking::of("SECTION \"a\", ROM0\ndb 1\n").rom().len(), 0x4000);
    assert_eq!(Linking::of(ROMX).rom().len(), 0x8000);
    let rom = Linking::of("SECTION \"x\", ROMX, BANK[3]\ndb 1\n").with(|options| options.pad = Some(0xFF)).rom();
    assert_eq!((rom.len(), rom[0], rom[0xC000], rom[0xC001]), (0x10000, 0xFF, 1, 0xFF));
}

#[test]
fn a_tiny_rom_has_one_bank() {
    let linking = Linking::of(ROMX).with(|options| options.tiny = true);
    assert_eq!(linking.symbols(), ["00:0000 X"]);
    assert_eq!(linking.rom().len(), 0x8000);
    let linking = Linking::of("SECTION \"x\", ROMX, BANK[2]\nX:\n").with(|options| options.tiny = true);
    assert_eq!(linking.messages(), ["Section \"x\" is in ROMX bank 2, but with -t there is only bank 1"]);
}

#[test]
fn without_padding_a_rom_ends_with_its_last_section() {
    let linking = Linking::of("SECTION \"a\", ROM0[$10]\ndb 1, 2\nSECTION \"b\", ROM0[$20]\nXb:\n");
    let rom = linking.with(|options| options.no_pad = true).rom();
    assert_eq!((rom.len(), &rom[0x10..]), (0x12, &[1, 2][..]));
    // It implies a tiny ROM.
    let linking = Linking::of(ROMX).with(|options| options.no_pad = true);
    assert_eq!((linking.symbols(), linking.rom()), (vec!["00:0000 X".to_owned()], vec![1, 2, 3]));
}

#[test]
fn wram_can_be_one_bank() {
    let source = "SECTION \"x\", WRAMX\nX: ds 1\nSECTION \"0\", WRAM0\nZero: ds $1FFF\n";
    let linking = Linking::of(source).with(|options| options.wram0 = true);
    assert_eq!(linking.symbols(), ["00:c000 Zero", "00:dfff X"]);
    let text = "Section \"0\" has 8191 bytes, but WRAM0 has only 4096";
    assert_eq!(Linking::of(source).messages(), [text]);
}

#[test]
fn a_dmg_has_one_bank_of_vram_and_of_wram() {
    let source = "SECTION \"v\", VRAM, BANK[1]\nds 1\nSECTION \"x\", WRAMX\nds 1\n";
    let linking = Linking::of(source).with(|options| options.dmg = true);
    assert_eq!(linking.messages(), ["Section \"v\" is in VRAM bank 1, which does not exist with -d"]);
    let linking = Linking::of("SECTION \"v\", VRAM\nV: ds 1\nSECTION \"x\", WRAMX\nX: ds 1\n");
    assert_eq!(linking.with(|options| options.dmg = true).symbols(), ["00:8000 V", "00:c000 X"]);
}

#[test]
fn an_overlay_is_what_sections_do_not_cover() {
    let source = "SECTION \"a\", ROM0[$10]\ndb 1, 2\nSECTION \"x\", ROMX[$4000], BANK[1]\ndb 3\n";
    let rom = Linking::of(source).overlay(vec![9; 0x8000]).rom();
    assert_eq!((rom.len(), &rom[0xF..0x13], &rom[0x4000..0x4002]), (0x8000, &[9, 1, 2, 9][..], &[3, 9][..]));
    // The overlay may be larger. If it is smaller, -p gives the bytes after it.
    assert_eq!(Linking::of(source).overlay(vec![9; 0xC000]).rom()[0xBFFF], 9);
    let linking = Linking::of(source).overlay(vec![9; 0x4000]);
    let shorter = ["has less than 32 KiB", "no -p gives the padding"];
    let messages = linking.messages();
    assert!(messages.iter().zip(shorter).all(|(text, part)| text.contains(part)), "{messages:?}");
    assert_eq!(linking.with(|options| options.pad = Some(7)).rom()[0x4000..0x4002], [3, 7]);
}

#[test]
fn with_an_overlay_all_sections_are_fixed() {
    let linking = Linking::of("SECTION \"a\", ROM0\ndb 1\nSECTION \"b\", ROMX[$4000]\ndb 1\n").overlay(vec![9; 0x8000]);
    let text = "With an overlay, all sections need a bank and an address, but 2 lack one or both:\
                \n- \"a\" (address not specified)\n- \"b\" (bank not specified)";
    assert_eq!(linking.messages(), [text]);
}
