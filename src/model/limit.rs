//! Limits that cut something off a page and let the rest go on; the others park it.

use serde::Serialize;

macro_rules! cuts {
    ($($(#[$doc:meta])* $variant:ident => $name:literal,)*) => {
        /// A limit that cut something off, by the name of its setting where it has one.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
        pub enum Cut { $($(#[$doc])* #[serde(rename = $name)] $variant,)* }

        impl Cut {
            pub const ALL: &[Self] = &[$(Self::$variant,)*];

            pub fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $name,)* }
            }
        }
    };
}

cuts! {
    HtmlDepth => "html_depth",
    HtmlNodes => "html_nodes",
    HtmlAttributeBytes => "html_attribute_bytes",
    TextBytes => "text_bytes",
    /// Lines of a text.
    TextLines => "text_lines",
    JsonLdBytes => "json_ld_bytes",
}
