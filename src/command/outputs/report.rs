//! `--report`: the result of a build, for programs.

use rgbpipe::usage::{self, Bank};
use serde::Serialize;

use crate::outputs::facts::{self, Fact};
use crate::outputs::output::Output;
use crate::show::harmless::in_json;

/// The text of the report: the toolchain, the outputs, and how full the banks are, if that is known.
pub(crate) fn text(outputs: &[Output], banks: Option<&[Bank]>, toolchain: &str) -> anyhow::Result<Vec<u8>> {
    #[derive(Serialize)]
    struct Report<'a> {
        toolchain: &'a str,
        artifacts: Vec<Fact>,
        usage: Option<Usage<'a>>,
    }
    let report = Report { toolchain, artifacts: facts::of(outputs)?, usage: banks.map(Usage::of) };
    let mut text = in_json(serde_json::to_string_pretty(&report)?).into_bytes();
    text.push(b'\n');
    Ok(text)
}

/// How full each region is, and each bank. All sizes are in bytes.
#[derive(Debug, Serialize)]
pub(crate) struct Usage<'a> {
    regions: Vec<Region>,
    banks: Vec<BankUsage<'a>>,
}

/// All banks of a region that are in the map.
#[derive(Debug, Serialize)]
pub(crate) struct Region {
    #[serde(rename = "region")]
    pub(crate) name: &'static str,
    pub(crate) banks: usize,
    pub(crate) size: u64,
    pub(crate) used: u64,
    pub(crate) free: u64,
}

#[derive(Debug, Serialize)]
struct BankUsage<'a> {
    region: &'static str,
    bank: u32,
    size: u32,
    used: u32,
    free: u32,
    sections: Vec<Section<'a>>,
}

#[derive(Debug, Serialize)]
struct Section<'a> {
    name: &'a str,
    address: u32,
    size: u32,
}

impl<'a> Usage<'a> {
    pub(crate) fn of(banks: &'a [Bank]) -> Self {
        let sections = |bank: &'a Bank| bank.sections.iter().map(Section::of).collect();
        let usage = |bank: &'a Bank| BankUsage {
            region: bank.region,
            bank: bank.number,
            size: bank.size,
            used: bank.used(),
            free: bank.free(),
            sections: sections(bank),
        };
        let regions = banks.chunk_by(|one, next| one.region == next.region).filter_map(Region::of);
        Self { regions: regions.collect(), banks: banks.iter().map(usage).collect() }
    }
}

impl Region {
    /// The size of all its banks.
    pub(crate) fn of(banks: &[Bank]) -> Option<Self> {
        let sum = |what: fn(&Bank) -> u32| banks.iter().map(what).map(u64::from).sum();
        Some(Self {
            name: banks.first()?.region,
            banks: banks.len(),
            size: sum(|bank| bank.size),
            used: sum(Bank::used),
            free: sum(Bank::free),
        })
    }
}

impl<'a> Section<'a> {
    fn of(section: &'a usage::Section) -> Self {
        Self { name: &section.name, address: section.address, size: section.size }
    }
}
