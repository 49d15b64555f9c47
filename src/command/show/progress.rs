//! Shows on a terminal which step runs and how far it is, if the build takes longer than a moment.

use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use console::Term;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use rgbpipe::Step;

use crate::cli::{MessageFormat, Shown, When};
use crate::show::harmless::for_terminal;

/// Shorter builds show nothing.
const MOMENT: Duration = Duration::from_millis(400);

/// For several sources.
const BAR: &str = "{msg} {bar:30} {pos}/{len} {elapsed}";

/// For a step of which only the time is known.
const STEP: &str = "{msg} {elapsed}";

const TICK: Duration = Duration::from_millis(100);

/// The bar, if any. Dropping it removes it from the terminal without a trace.
#[derive(Debug)]
pub(crate) struct Progress(Option<Running>);

#[derive(Debug)]
struct Running {
    bar: ProgressBar,
    /// Dropping it ends the initial wait.
    over: Option<Sender<()>>,
    waiter: Option<JoinHandle<()>>,
}

impl Progress {
    /// Creates a bar for this many sources.
    pub(crate) fn of(sources: usize, shown: &Shown) -> Self {
        let wanted = match shown.progress {
            When::Auto => !shown.quiet,
            When::Always => true,
            When::Never => false,
        };
        // A bar makes no sense in formats that programs read line by line.
        let is_forced = shown.progress == When::Always;
        if !wanted || shown.message_format != MessageFormat::Human || !(is_forced || Term::stderr().is_term()) {
            return Self(None);
        }
        let bar = ProgressBar::with_draw_target(Some(sources as u64), ProgressDrawTarget::hidden());
        set_style(&bar, if sources > 1 { BAR } else { STEP });
        let (over, inbox) = mpsc::channel();
        let late = bar.clone();
        let waiter = thread::Builder::new().name("progress".to_owned()).spawn(move || {
            if inbox.recv_timeout(MOMENT) == Err(RecvTimeoutError::Timeout) {
                // It shows nothing by itself if standard error is not a terminal.
                let always = || ProgressDrawTarget::term_like(Box::new(Term::stderr()));
                late.set_draw_target(if is_forced { always() } else { ProgressDrawTarget::stderr() });
                late.enable_steady_tick(TICK);
            }
        });
        // If no thread can be started there is just no bar.
        Self(Some(Running { bar, over: Some(over), waiter: waiter.ok() }))
    }

    /// Shows this step, or only that sources are assembled if there are several.
    pub(crate) fn begins(&self, step: &Step) {
        let Some(Running { bar, .. }) = &self.0 else { return };
        bar.set_message(match step {
            Step::Assemble(_) if bar.length() != Some(1) => "assembling".to_owned(),
            step => String::from_utf8_lossy(&for_terminal(step.to_string().as_bytes(), false)).replace('\n', " "),
        });
        if !matches!(step, Step::Assemble(_)) {
            set_style(bar, STEP);
        }
    }

    pub(crate) fn set(&self, done: usize) {
        if let Some(Running { bar, .. }) = &self.0 {
            bar.set_position(done as u64);
        }
    }

    /// Writes to the terminal while the bar is hidden.
    pub(crate) fn suspend(&self, work: impl FnOnce()) {
        match &self.0 {
            Some(Running { bar, .. }) => bar.suspend(work),
            None => work(),
        }
    }
}

fn set_style(bar: &ProgressBar, template: &str) {
    if let Ok(style) = ProgressStyle::with_template(template) {
        bar.set_style(style);
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        drop(self.over.take());
        if let Some(waiter) = self.waiter.take() {
            let _ = waiter.join();
        }
        self.bar.finish_and_clear();
    }
}
