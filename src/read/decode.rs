//! Raw page → text.

use crate::model::{Budget, DecodedPage, RawPage, Rejection};
use crate::read::{Limits, PageIdentity};

pub fn decode(
    _raw: RawPage,
    _limits: &Limits,
    _budget: &mut Budget,
) -> Result<DecodedPage, (Rejection, Option<PageIdentity>)> {
    unimplemented!()
}
