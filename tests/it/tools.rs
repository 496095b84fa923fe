//! Finds the real tools that tests call: under `target/tools` (put there by `scripts/tools/install`) or on the path.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

/// Set by `make test` once everything is installed: a tool that is absent then fails its test.
const REQUIRE: &str = "COPYDESK_REQUIRE_TOOLS";

/// A file of the project.
pub fn project(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

pub fn read(path: &str) -> String {
    std::fs::read_to_string(project(path)).unwrap_or_else(|e| panic!("{path}: {e}"))
}

/// The tool, or `None` and a line past the capture of test output, so that what was not checked is seen.
pub fn find(tool: &str) -> Option<PathBuf> {
    let venv = project("target/tools/venv/bin");
    let path = std::env::var_os("PATH").unwrap_or_default();
    let found = std::iter::once(venv)
        .chain(std::env::split_paths(&path))
        .chain(["/usr/sbin", "/sbin"].map(PathBuf::from))
        .map(|dir| dir.join(tool))
        .find(|candidate| candidate.is_file());
    if found.is_none() {
        let test = std::thread::current().name().unwrap_or("a test").to_owned();
        let told = format!("{test}: NOT CHECKED, {tool} is absent; `make tools` installs it\n");
        assert!(std::env::var_os(REQUIRE).is_none(), "{told}");
        // not eprintln, which the test harness keeps to itself
        std::io::stderr().write_all(told.as_bytes()).expect("standard error is open");
    }
    found
}

/// The Python that has the checkers' packages.
pub fn python() -> Option<PathBuf> {
    let python = project("target/tools/venv/bin/python");
    if python.is_file() { Some(python) } else { find("python of target/tools/venv") }
}

/// What a tool said, and whether it was content.
pub struct Said {
    pub ok: bool,
    pub text: String,
}

impl From<Output> for Said {
    fn from(output: Output) -> Self {
        let text = [output.stdout, output.stderr].map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
        Self { ok: output.status.success(), text: text.concat() }
    }
}

pub fn run(command: &mut Command) -> Said {
    command.output().unwrap_or_else(|e| panic!("{command:?}: {e}")).into()
}

pub fn run_with_input(command: &mut Command, input: &[u8]) -> Said {
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap_or_else(|e| panic!("{command:?}: {e}"));
    child.stdin.take().expect("piped").write_all(input).expect("the tool reads its input");
    child.wait_with_output().expect("the tool ends").into()
}

/// A check that must be content with what is shipped and must catch an error planted into it.
pub struct Planted<'a> {
    pub shipped: &'a str,
    pub replace: &'a str,
    pub with: &'a str,
    /// What the complaint must name.
    pub caught: &'a str,
}

impl Planted<'_> {
    pub fn check(&self, check: impl Fn(&str) -> Said) {
        let good = check(self.shipped);
        assert!(good.ok, "what is shipped is faulted:\n{}", good.text);
        let planted = self.shipped.replacen(self.replace, self.with, 1);
        assert_ne!(planted, self.shipped, "nothing was planted: {:?} is not there", self.replace);
        let bad = check(&planted);
        assert!(!bad.ok, "the planted {:?} passed:\n{}", self.with, bad.text);
        assert!(bad.text.contains(self.caught), "not for {:?}:\n{}", self.caught, bad.text);
    }
}
