//! Random programs from a grammar.

use std::collections::HashMap;

use crate::random::Random;

/// From this depth on, only the first alternative is used, so that a text ends.
const DEEPEST: usize = 6;

/// The alternatives of each rule.
pub(crate) struct Grammar(HashMap<&'static str, Vec<&'static str>>);

impl Grammar {
    pub(crate) fn new(text: &'static str) -> Self {
        let mut rules: HashMap<_, Vec<_>> = HashMap::new();
        let mut rule = "";
        for line in text.lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
            if let Some(alternative) = line.strip_prefix("  ") {
                rules.get_mut(rule).unwrap().push(alternative);
            } else {
                rule = line;
                rules.insert(rule, Vec::new());
            }
        }
        Self(rules)
    }

    /// A program: a fixed beginning and random lines.
    pub(crate) fn program(&self, random: &mut Random) -> String {
        let mut program = self.text("start", random);
        for _ in 0..=random.below(3) {
            program.push('\n');
            program.push_str(&self.text("line", random));
        }
        program.push('\n');
        program
    }

    /// A random text for a rule.
    pub(crate) fn text(&self, rule: &str, random: &mut Random) -> String {
        let mut text = String::new();
        self.expand(rule, 0, random, &mut text);
        text
    }

    fn expand(&self, rule: &str, depth: usize, random: &mut Random, to: &mut String) {
        let alternatives = &self.0[rule];
        let mut rest = alternatives[if depth >= DEEPEST { 0 } else { random.below(alternatives.len()) }];
        while let Some((before, behind)) = rest.split_once('«') {
            let (name, behind) = behind.split_once('»').unwrap();
            to.push_str(&before.replace('¶', "\n"));
            self.expand(name, depth + 1, random, to);
            rest = behind;
        }
        to.push_str(&rest.replace('¶', "\n"));
    }
}
