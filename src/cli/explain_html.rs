//! `copydesk explain --html`: the page's blocks, kept and removed, and the witnesses of each field, as one
//! self-contained page. Nothing of the page runs or loads: all of it is escaped text.

use std::fmt::Write;

use super::explain::{Explained, fields, word};
use crate::model::trace::{BlockTrace, Witness};

const STYLE: &str = "\
:root{--kept:#1a7f37;--gone:#b3261e;--ink:#1f2328;--soft:#59636e;--line:#d1d9e0;--paper:#fff;--tint:#f6f8fa}
@media(prefers-color-scheme:dark){:root{--kept:#57c26f;--gone:#ff8a80;--ink:#e6edf3;--soft:#9aa5b1;--line:#3d444d;--paper:#0d1117;--tint:#151b23}}
*{box-sizing:border-box}body{margin:0;background:var(--paper);color:var(--ink);font:15px/1.5 system-ui,sans-serif}
main{max-width:1080px;margin:0 auto;padding:24px}h1{font-size:22px;margin:0 0 4px}h2{font-size:16px;margin:28px 0 8px}
.name,.why{color:var(--soft)}table{border-collapse:collapse;width:100%}td,th{padding:5px 8px;border-bottom:1px solid var(--line);text-align:left;vertical-align:top;overflow-wrap:anywhere}
th{font-weight:600;white-space:nowrap;width:1%}td:first-child{white-space:nowrap}td.why{min-width:110px}.chosen td:first-child{color:var(--kept);font-weight:600}
.block{display:grid;grid-template-columns:minmax(0,1fr) 280px;gap:16px;padding:6px 12px;border-left:4px solid var(--kept)}
.block+.block{margin-top:3px}.block.gone{border-color:var(--gone);background:var(--tint);color:var(--soft)}
.block p{margin:0;overflow-wrap:anywhere}.block .why{font-size:12.5px;overflow-wrap:anywhere}
.tag{font-size:12px;font-weight:600}.kept .tag{color:var(--kept)}.gone .tag{color:var(--gone)}
.rejected{color:var(--gone);font-weight:600}@media(max-width:760px){.block{grid-template-columns:1fr}}";

pub(super) fn page(explained: &Explained, out: &mut String) {
    let title = match &explained.outcome {
        Ok((article, _)) => article.headline.clone().unwrap_or_else(|| explained.name.clone()),
        Err(_) => explained.name.clone(),
    };
    push(
        out,
        format_args!(
            "<!doctype html><html lang=en><meta charset=utf-8><meta name=viewport content='width=device-width'>\
             <meta http-equiv=Content-Security-Policy content=\"default-src 'none'; style-src 'unsafe-inline'\">\
             <title>{0} – copydesk</title><style>{STYLE}</style><main><h1>{0}</h1><div class=name>{1}</div>",
            escaped(&title),
            escaped(&explained.name)
        ),
    );
    match &explained.outcome {
        Err((stage, rejection)) => {
            push(out, format_args!("<p class=rejected>{} (in {stage})</p>", escaped(&rejection.to_string())));
        }
        Ok((article, about)) => {
            out.push_str("<h2>Fields</h2><table>");
            for (name, value) in fields(article, about) {
                let evidence = article.evidence.get(name).or_else(|| about.evidence.get(name));
                let from =
                    evidence.map(|e| format!("{} {:.2}", word(&e.source), e.confidence)).unwrap_or_default();
                push(
                    out,
                    format_args!("<tr><th>{name}<td>{}<td class=why>{}", escaped(&value), escaped(&from)),
                );
            }
            out.push_str("</table>");
        }
    }
    for limit in &explained.trace.limits_hit {
        push(out, format_args!("<p><b>{}</b> cut something off the page", limit.as_str()));
    }
    if !explained.trace.witnesses.is_empty() {
        out.push_str("<h2>Witnesses</h2><table>");
        for Witness { field, source, value, chosen, why } in &explained.trace.witnesses {
            push(
                out,
                format_args!(
                    "<tr class={}><td>{}{field}<td>{}<td>{}<td class=why>{}",
                    if *chosen { "chosen" } else { "heard" },
                    if *chosen { "✓ " } else { "" },
                    escaped(source),
                    escaped(value),
                    escaped(why)
                ),
            );
        }
        out.push_str("</table>");
    }
    let kept = explained.trace.blocks.iter().filter(|b| b.kept).count();
    let all = explained.trace.blocks.len();
    push(out, format_args!("<h2>Blocks: {kept} kept, {} removed</h2>", all - kept));
    for BlockTrace { text, path, kept, score, why } in &explained.trace.blocks {
        let (class, tag) = if *kept { ("kept", "kept") } else { ("gone", "removed") };
        let score = score.map(|s| format!(" {s:.2}")).unwrap_or_default();
        push(
            out,
            format_args!(
                "<div class='block {class}'><p>{}</p><div class=why><span class=tag>{tag}{score}</span> {}<br>{}</div></div>",
                escaped(text),
                escaped(why),
                escaped(path)
            ),
        );
    }
    out.push_str("</main></html>\n");
}

fn push(out: &mut String, text: std::fmt::Arguments<'_>) {
    out.write_fmt(text).expect("a String takes everything");
}

fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '&' => out.push_str("&amp;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            c if c.is_control() && c != '\n' => out.push('\u{fffd}'),
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markup_of_a_page_stays_text() {
        assert_eq!(
            escaped("<script>alert('x')</script>&\u{1b}[0m"),
            "&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;&amp;\u{fffd}[0m"
        );
    }
}
