//! What flows through copydesk: the trade's words as types. The model knows no other room and does
//! nothing but keep itself valid.

/// Letters of scripts.
pub mod script;
/// One address for one article.
pub mod address;
/// A message as lent by a transport, unopened.
pub mod envelope;
/// An opened message: one raw page and what is said about it.
pub mod page;
/// A parsed HTML page: blocks of text in their containers, and the witnesses of its head.
pub mod html;
/// What the extraction kept and what it removed, with reasons.
pub mod body;
/// A described article, every field with its evidence.
pub mod article;
/// What a site has taught, as a read-only snapshot, and what a page teaches.
pub mod knowledge;
/// What an article is to what we have seen before.
pub mod verdict;
/// What goes out: CloudEvents and their routing.
pub mod event;
/// The two kinds of failure: the page's and the world's.
pub mod failure;
/// One site's rules, as its file states them.
pub mod site_rules;
/// What each step did to one page, for `explain`.
pub mod trace;
/// The work a page may cost.
pub mod budget;
/// Limits that cut something off a page.
pub mod limit;

pub use article::Article;
pub use body::Body;
pub use budget::Budget;
pub use envelope::Envelope;
pub use event::ArticleEvent;
pub use failure::{Failure, ParkReason, Rejection, SkipReason};
pub use knowledge::{Observations, SiteKnowledge};
pub use limit::Cut;
pub use page::{DecodedPage, RawPage};
pub use verdict::Verdict;
