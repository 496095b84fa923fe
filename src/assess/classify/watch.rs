//! Watch rules: a user's own labels as data. All phrases of all rules stand in one automaton; a page is
//! read once, whatever the number of rules.

use std::collections::BTreeSet;

use aho_corasick::{AhoCorasick, MatchKind};
use rustc_hash::FxHashMap;
use serde::Deserialize;

use super::tokens::Words;
use crate::model::event::Topic;

/// The scheme of a rule's code, so that it is never taken for a Media Topic.
pub const SCHEME: &str = "watch:";
const MAX_RULES: usize = 10_000;
const MAX_PHRASES: usize = 100_000;
const MAX_DEPTH: usize = 32;

/// Checked rules, compiled.
#[derive(Debug, Default)]
pub struct WatchRules {
    rules: Vec<Rule>,
    automaton: Option<AhoCorasick>,
}

#[derive(Debug)]
struct Rule {
    topic: Topic,
    languages: Vec<String>,
    sources: Vec<String>,
    wants: Expression,
}

/// Phrases by their number in the automaton.
#[derive(Debug, PartialEq)]
enum Expression {
    Phrase(usize),
    All(Vec<Expression>),
    Any(Vec<Expression>),
    Not(Box<Expression>),
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    watch: Vec<RuleText>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct RuleText {
    label: String,
    name: Option<String>,
    #[serde(rename = "match")]
    wants: String,
    #[serde(default)]
    languages: Vec<String>,
    #[serde(default)]
    sources: Vec<String>,
}

/// Every mistake of the file at once.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}", .0.join("\n"))]
pub struct WatchError(pub Vec<String>);

impl WatchRules {
    pub fn parse(text: &str) -> Result<Self, WatchError> {
        let file: File = toml::from_str(text).map_err(|e| WatchError(vec![e.to_string()]))?;
        let mut mistakes = Vec::new();
        if file.watch.len() > MAX_RULES {
            mistakes.push(format!("{} rules; at most {MAX_RULES}", file.watch.len()));
        }
        let mut phrases = Phrases::default();
        let mut rules: Vec<Rule> = Vec::new();
        let mut labels = BTreeSet::new();
        for (number, rule) in file.watch.into_iter().take(MAX_RULES).enumerate() {
            let at = format!("rule {} ({:?})", number + 1, rule.label);
            let fits = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
            if rule.label.is_empty() || rule.label.len() > 60 || !rule.label.chars().all(fits) {
                mistakes.push(format!("{at}: a label is 1 to 60 of a-z, 0-9 and -"));
            }
            if !labels.insert(rule.label.clone()) {
                mistakes.push(format!("{at}: the label is taken by an earlier rule"));
            }
            for language in rule.languages.iter().filter(|l| !is_language(l)) {
                mistakes.push(format!("{at}: {language:?} is no language tag; write e.g. \"en\" or \"pt\""));
            }
            for source in rule.sources.iter().filter(|s| !is_domain(s)) {
                mistakes.push(format!(
                    "{at}: {source:?} is no domain; write e.g. \"herald.example\", subdomains are meant too"
                ));
            }
            match Parser::new(&rule.wants, &mut phrases).whole() {
                Ok(wants) => rules.push(Rule {
                    topic: Topic {
                        code: format!("{SCHEME}{}", rule.label),
                        name: rule.name.unwrap_or_else(|| rule.label.replace('-', " ")),
                        confidence: 1.0,
                    },
                    languages: rule.languages.iter().map(|l| l.to_lowercase()).collect(),
                    sources: rule.sources.iter().map(|s| s.to_lowercase()).collect(),
                    wants,
                }),
                Err(what) => mistakes.push(format!("{at}: {what}")),
            }
        }
        if phrases.texts.len() > MAX_PHRASES {
            mistakes.push(format!("{} phrases; at most {MAX_PHRASES}", phrases.texts.len()));
        }
        if !mistakes.is_empty() {
            return Err(WatchError(mistakes));
        }
        let automaton = AhoCorasick::builder()
            .match_kind(MatchKind::Standard)
            .build(&phrases.texts)
            .map_err(|e| WatchError(vec![format!("the phrases are too many for one automaton: {e}")]))?;
        Ok(Self { automaton: (!rules.is_empty()).then_some(automaton), rules })
    }

    pub fn len(&self) -> usize {
        self.rules.len()
    }

    pub fn is_empty(&self) -> bool {
        self.rules.is_empty()
    }

    /// The rules that a text meets, in the order of the file.
    pub fn hear(&self, words: &Words, language: &str, source: Option<&str>) -> Vec<Topic> {
        let Some(automaton) = &self.automaton else { return Vec::new() };
        let mut text = String::from(" ");
        for word in words.all() {
            text.push_str(words.lower(word));
            text.push(' ');
        }
        let mut met = vec![false; automaton.patterns_len()];
        automaton.find_overlapping_iter(&text).for_each(|m| met[m.pattern()] = true);
        let language = language.split('-').next().unwrap_or("");
        let fits = |r: &&Rule| {
            (r.languages.is_empty() || r.languages.iter().any(|l| l == language))
                && (r.sources.is_empty() || source.is_some_and(|s| r.sources.iter().any(|w| same_site(s, w))))
                && r.wants.holds(&met)
        };
        self.rules.iter().filter(fits).map(|r| r.topic.clone()).collect()
    }
}

impl Expression {
    /// Depth is bounded when a rule is parsed.
    fn holds(&self, met: &[bool]) -> bool {
        match self {
            Self::Phrase(number) => met[*number],
            Self::All(parts) => parts.iter().all(|p| p.holds(met)),
            Self::Any(parts) => parts.iter().any(|p| p.holds(met)),
            Self::Not(part) => !part.holds(met),
        }
    }
}

fn same_site(source: &str, wanted: &str) -> bool {
    let source = source.to_lowercase();
    source == wanted || source.strip_suffix(wanted).is_some_and(|rest| rest.ends_with('.'))
}

/// Phrases of all rules, each once, as the automaton reads them: words between single blanks.
#[derive(Default)]
struct Phrases {
    texts: Vec<String>,
    numbers: FxHashMap<String, usize>,
}

impl Phrases {
    fn number(&mut self, phrase: &str) -> Result<usize, String> {
        let (phrase, open) = match phrase.strip_suffix('*') {
            Some(beginning) => (beginning, true),
            None => (phrase, false),
        };
        if phrase.contains('*') || phrase.len() > 1 && phrase.starts_with('/') && phrase.ends_with('/') {
            return Err(format!(
                "{phrase:?} is a pattern: words stand for themselves, and * only at the end of one"
            ));
        }
        let words = Words::of(phrase);
        if words.is_empty() {
            return Err(format!("{phrase:?} holds no word"));
        }
        let mut text = String::new();
        for word in words.all() {
            text.push(' ');
            text.push_str(words.lower(word));
        }
        if !open {
            text.push(' ');
        }
        if let Some(number) = self.numbers.get(&text) {
            return Ok(*number);
        }
        self.numbers.insert(text.clone(), self.texts.len());
        self.texts.push(text);
        Ok(self.texts.len() - 1)
    }
}

/// `or` binds least, then `and` (which may be left out), then `not`; quotes make phrases.
struct Parser<'a> {
    tokens: Vec<String>,
    at: usize,
    depth: usize,
    phrases: &'a mut Phrases,
}

impl<'a> Parser<'a> {
    fn new(text: &str, phrases: &'a mut Phrases) -> Self {
        Self { tokens: tokens_of(text), at: 0, depth: 0, phrases }
    }

    fn whole(mut self) -> Result<Expression, String> {
        let found = self.any()?;
        match self.tokens.get(self.at) {
            None if only_denies(&found) => Err("says only what must not stand there".into()),
            None => Ok(found),
            Some(extra) => Err(format!("{extra:?} is one too many")),
        }
    }

    fn any(&mut self) -> Result<Expression, String> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err(format!("parentheses nested over {MAX_DEPTH} deep"));
        }
        let mut parts = vec![self.all()?];
        while self.take("OR") {
            parts.push(self.all()?);
        }
        self.depth -= 1;
        Ok(one_or(parts, Expression::Any))
    }

    fn all(&mut self) -> Result<Expression, String> {
        let mut parts = vec![self.one()?];
        while self.take("AND") || self.tokens.get(self.at).is_some_and(|t| t != "OR" && t != ")") {
            parts.push(self.one()?);
        }
        Ok(one_or(parts, Expression::All))
    }

    fn one(&mut self) -> Result<Expression, String> {
        if self.take("NOT") {
            if self.tokens.get(self.at).is_some_and(|t| t == "NOT") {
                return Err("NOT NOT says nothing".into());
            }
            return Ok(Expression::Not(Box::new(self.one()?)));
        }
        if self.take("(") {
            let inner = self.any()?;
            return if self.take(")") { Ok(inner) } else { Err("a parenthesis is not closed".into()) };
        }
        let token = self.tokens.get(self.at).cloned().ok_or("ends where a word is wanted")?;
        if matches!(token.as_str(), ")" | "AND" | "OR") {
            return Err(format!("{token} where a word is wanted"));
        }
        self.at += 1;
        if token.starts_with('"') && (token.len() < 2 || !token.ends_with('"')) {
            return Err(format!("{token} is not closed: a quote is missing"));
        }
        self.phrases.number(token.trim_matches('"')).map(Expression::Phrase)
    }

    fn take(&mut self, token: &str) -> bool {
        let found = self.tokens.get(self.at).is_some_and(|t| t == token);
        self.at += usize::from(found);
        found
    }
}

/// The primary subtag, which is all that an article's language is compared with.
fn is_language(tag: &str) -> bool {
    (2..=3).contains(&tag.len()) && tag.bytes().all(|b| b.is_ascii_alphabetic())
}

fn is_domain(name: &str) -> bool {
    let label = |l: &str| !l.is_empty() && l.chars().all(|c| c.is_alphanumeric() || c == '-' || c == '_');
    name.len() <= 253 && name.split('.').all(label)
}

fn one_or(mut parts: Vec<Expression>, many: fn(Vec<Expression>) -> Expression) -> Expression {
    if parts.len() == 1 { parts.remove(0) } else { many(parts) }
}

fn only_denies(expression: &Expression) -> bool {
    match expression {
        Expression::Phrase(_) => false,
        Expression::Not(_) => true,
        Expression::All(parts) => parts.iter().all(only_denies),
        Expression::Any(parts) => parts.iter().any(only_denies),
    }
}

/// Words, quoted phrases (kept with their quotes, so that `"and"` is a word) and parentheses.
fn tokens_of(text: &str) -> Vec<String> {
    let mut tokens = Vec::new();
    let mut rest = text.trim_start();
    while let Some(first) = rest.chars().next() {
        let end = match first {
            '(' | ')' => 1,
            '"' => match rest[1..].find('"') {
                Some(close) => {
                    let end = close + 2;
                    end + usize::from(rest[end..].starts_with('*'))
                }
                None => rest.len(),
            },
            _ => rest.find([' ', '\t', '\n', '(', ')', '"']).unwrap_or(rest.len()),
        };
        let token = &rest[..end];
        tokens.push(match token.strip_suffix("\"*") {
            Some(phrase) => format!("{phrase}*\""),
            None => token.to_owned(),
        });
        rest = rest[end..].trim_start();
    }
    tokens
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels(rules: &str, text: &str, language: &str, source: Option<&str>) -> Vec<String> {
        let rules = WatchRules::parse(rules).unwrap();
        rules.hear(&Words::of(text), language, source).into_iter().map(|t| t.code).collect()
    }

    fn holds(wants: &str, text: &str) -> bool {
        !labels(&format!("[[watch]]\nlabel = \"x\"\nmatch = '''{wants}'''"), text, "en", None).is_empty()
    }

    #[test]
    fn expressions() {
        for (wants, text, expected) in [
            ("flood", "The Flood came", true),
            ("flood", "floods came", false),
            ("flood*", "floods came", true),
            ("\"dock strike\"", "a dock-strike began", true),
            ("\"dock strike\"", "a dock and a strike", false),
            ("\"dock strik\"*", "dock strikes", true),
            ("dock strike", "the strike at the dock", true),
            ("dock AND (strike OR walkout)", "dock walkout", true),
            ("dock AND (strike OR walkout)", "dock closed", false),
            ("strike NOT lightning", "a strike", true),
            ("strike NOT lightning", "a lightning strike", false),
            ("\"and\"", "you and me", true),
            ("a OR b AND c", "a", true),
            ("東京 火災", "東京で火災", true),
        ] {
            assert_eq!(holds(wants, text), expected, "{wants} | {text}");
        }
    }

    #[test]
    fn languages_and_sources_bind() {
        let rules = "[[watch]]\nlabel = \"port\"\nname = \"Ports\"\nmatch = \"hafen\"\nlanguages = [\"de\"]\nsources = [\"bote.example\"]";
        for (language, source, expected) in [
            ("de", Some("bote.example"), 1),
            ("de-AT", Some("www.bote.example"), 1),
            ("en", Some("bote.example"), 0),
            ("de", Some("notbote.example"), 0),
            ("de", None, 0),
        ] {
            assert_eq!(labels(rules, "Der Hafen", language, source).len(), expected, "{language} {source:?}");
        }
    }

    #[test]
    fn what_would_never_match_is_a_mistake() {
        for (line, word) in [
            ("match = 'x'\nlanguages = [\"english\"]", "no language tag"),
            ("match = 'x'\nlanguages = [\"en-GB\"]", "no language tag"),
            ("match = 'x'\nlanguages = [\"\"]", "no language tag"),
            ("match = 'x'\nsources = [\"http://herald.example/\"]", "no domain"),
            ("match = 'x'\nsources = [\"*.herald.example\"]", "no domain"),
            ("match = 'coun*ors'", "pattern"),
            ("match = 'coun.*ors'", "pattern"),
            ("match = '/council/'", "pattern"),
            ("match = '\"public meeting'", "not closed"),
        ] {
            let WatchError(mistakes) =
                WatchRules::parse(&format!("[[watch]]\nlabel = \"x\"\n{line}")).unwrap_err();
            assert!(mistakes.len() == 1 && mistakes[0].contains(word), "{line}: {mistakes:?}");
        }
        let right = "[[watch]]\nlabel = \"x\"\nmatch = 'x'\nlanguages = [\"DE\"]\nsources = [\"bücher.example\", \"wire\"]";
        assert_eq!(WatchRules::parse(right).unwrap().len(), 1);
    }

    #[test]
    fn the_shipped_file_and_its_example_are_valid() {
        let text = include_str!("../../../config/topics.toml");
        assert!(WatchRules::parse(text).unwrap().is_empty());
        let example: String = text
            .lines()
            .filter_map(|l| l.strip_prefix("# "))
            .skip_while(|l| *l != "[[watch]]")
            .take_while(|l| !l.starts_with("Words"))
            .map(|l| format!("{l}\n"))
            .collect();
        assert_eq!(WatchRules::parse(&example).unwrap().len(), 1, "{example}");
    }

    #[test]
    fn all_mistakes_are_told_at_once() {
        let text = "[[watch]]\nlabel = \"A b\"\nmatch = \"(x\"\n[[watch]]\nlabel = \"c\"\nmatch = \"NOT x\"\n\
                    [[watch]]\nlabel = \"c\"\nmatch = \"!!\"";
        let WatchError(mistakes) = WatchRules::parse(text).unwrap_err();
        assert_eq!(mistakes.len(), 5, "{mistakes:?}");
        let deep = format!("[[watch]]\nlabel = \"d\"\nmatch = \"{}x{}\"", "(".repeat(99), ")".repeat(99));
        assert!(WatchRules::parse(&deep).unwrap_err().to_string().contains("nested"));
        assert!(WatchRules::parse("[[watch]]\nlabl = \"d\"").is_err());
        assert!(WatchRules::parse("").unwrap().is_empty());
    }
}
