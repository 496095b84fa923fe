//! What a site says under every story is not the story: site knowledge, appeals, captions and bylines
//! out of the body; each removal with its rule.

/// Damaged text made whole again.
pub mod repair;
/// The rule packs, compiled.
pub mod lexicon;

use crate::model::trace::Trace;
use crate::model::{Body, Budget, DecodedPage, Observations, Rejection, SiteKnowledge};
use crate::read::Parsed;

pub fn clean(
    page: &DecodedPage,
    _parsed: &Parsed,
    body: Body,
    _knowledge: &SiteKnowledge,
    _budget: &mut Budget,
    _trace: &mut Trace,
) -> Result<(Body, Observations), Rejection> {
    let observations = Observations { site: page.site.clone(), ..Observations::default() };
    Ok((body, observations))
}
