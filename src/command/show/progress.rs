//! A bar on standard error, for people who wait: if that is a terminal, and the build takes longer than a moment.

use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use console::Term;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::cli::{MessageFormat, Shown, When};

/// Builds shorter than this show nothing.
const MOMENT: Duration = Duration::from_millis(400);

const TICK: Duration = Duration::from_millis(100);

/// The bar, or none. Dropped, it is gone from the terminal without trace.
#[derive(Debug)]
pub(crate) struct Progress(Option<Running>);

#[derive(Debug)]
struct Running {
    bar: ProgressBar,
    /// Dropped, it ends the wait for the moment.
    over: Option<Sender<()>>,
    waiter: Option<JoinHandle<()>>,
}

impl Progress {
    /// For this many sources; one alone has no progress to show.
    pub(crate) fn of(sources: usize, shown: &Shown) -> Self {
        let wanted = match shown.progress {
            When::Auto => !shown.quiet,
            When::Always => true,
            When::Never => false,
        };
        // Programs read lines, and a bar is none.
        if !wanted || shown.message_format != MessageFormat::Human || sources < 2 {
            return Self(None);
        }
        let is_forced = shown.progress == When::Always;
        let bar = ProgressBar::with_draw_target(Some(sources as u64), ProgressDrawTarget::hidden());
        if let Ok(style) = ProgressStyle::with_template("assembling {bar:30} {pos}/{len} {elapsed}") {
            bar.set_style(style);
        }
        let (over, inbox) = mpsc::channel();
        let late = bar.clone();
        let waiter = thread::Builder::new().name("progress".to_owned()).spawn(move || {
            if inbox.recv_timeout(MOMENT) == Err(RecvTimeoutError::Timeout) {
                // By itself it shows nothing where standard error is no terminal.
                let always = || ProgressDrawTarget::term_like(Box::new(Term::stderr()));
                late.set_draw_target(if is_forced { always() } else { ProgressDrawTarget::stderr() });
                late.enable_steady_tick(TICK);
            }
        });
        // Without a thread for it there is no bar, and nothing else is lost.
        Self(Some(Running { bar, over: Some(over), waiter: waiter.ok() }))
    }

    pub(crate) fn set(&self, done: usize) {
        if let Some(Running { bar, .. }) = &self.0 {
            bar.set_position(done as u64);
        }
    }

    /// Does something to the terminal with the bar out of its way.
    pub(crate) fn suspend(&self, work: impl FnOnce()) {
        match &self.0 {
            Some(Running { bar, .. }) => bar.suspend(work),
            None => work(),
        }
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
