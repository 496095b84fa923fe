//! Reporters whom East Asian papers name in the story itself: in a bracket at its head or behind its end, or in a
//! line of their own.

use super::Heard;
use super::visible::distinct;
use crate::model::article::{Author, EvidenceSource as From};
use crate::model::html::HtmlPage;
use crate::read::describe::ledger::Said;
use crate::read::describe::names::{self, Trust};
use crate::read::describe::scene::Scene;
use crate::read::describe::{agencies, gazetteer};

/// Characters within which a bracket at the head ends, and one at the end begins.
const NEAR: usize = 40;

/// `本报讯（记者 …）`, `〔記者王小明／基隆報導〕`, `（中央社記者王小明基隆7日電）`; `（记者 …）` and `（小野寺瑞穂）` at the end.
pub fn reporter(scene: &Scene<'_>, html: &HtmlPage) -> Option<Heard> {
    let head: String = html.block_text(scene.first_block? as usize).chars().take(NEAR).collect();
    let tail = scene.last_block.map_or("", |b| html.block_text(b as usize));
    let found = [
        bracket(&head)
            .and_then(|inside| Some((inside, behind_title(inside)?, "reporter in the story's head"))),
        last_bracket(tail).and_then(|inside| {
            let signed = || is_signature(inside).then_some(inside);
            let named = behind_title(inside).or_else(|| behind_desk(inside)).or_else(signed)?;
            Some((inside, named, "reporter behind the story"))
        }),
    ];
    let korean = [head_of_story(&head), signature(scene, html)].into_iter().flatten().find_map(|line| {
        let named = before_title(line);
        let authors: Vec<Author> = named
            .into_iter()
            .flat_map(|name| names::authors(name, Trust::Byline, &scene.site_names))
            .collect();
        (!authors.is_empty()).then(|| Said::new(From::Html, "reporter of the story", line, authors))
    });
    if korean.is_some() {
        return korean;
    }
    found.into_iter().flatten().find_map(|(inside, named, place)| {
        let authors = people(named, &scene.site_names);
        (!authors.is_empty()).then(|| Said::new(From::Html, place, inside, authors))
    })
}

/// `(서울=시민신문) 박서준 기자 = `: up to the mark behind the reporter.
fn head_of_story(head: &str) -> Option<&str> {
    let title = head.find("기자")? + "기자".len();
    let mark = head[title..].find('=').filter(|mark| *mark <= 2)?;
    Some(&head[..title + mark + 1])
}

/// The line that may sign the story: its last, or the one below.
fn signature<'h>(scene: &Scene<'_>, html: &'h HtmlPage) -> Option<&'h str> {
    let last = scene.last_block?;
    let lines =
        (last..=last + 1).filter(|b| (*b as usize) < html.blocks.len()).map(|b| html.block_text(b as usize));
    let last_line = |text: &'h str| text.rsplit('\n').next().unwrap_or_default();
    lines.map(last_line).find(|line| line.contains("기자") && line.chars().count() <= 2 * NEAR)
}

/// The reporter in a line that names the paper and the place too: `海峽晚報／ 記者林郁庭／基隆即時報導`,
/// `[시민신문=이하늘 기자]`, `【文化部 森下遥香】`.
pub fn in_line(line: &str, site_names: &[String]) -> Vec<Author> {
    let korean = before_title(line);
    if !korean.is_empty() {
        return korean.into_iter().flat_map(|name| names::authors(name, Trust::Byline, site_names)).collect();
    }
    let bracketed = bracket(line).filter(|inside| inside.len() + 8 >= line.trim().len());
    if let Some(name) = bracketed.and_then(behind_desk) {
        return people(name, site_names);
    }
    match behind_title(line) {
        Some(named) if line.chars().count() <= NEAR && !line.contains(['。', '！', '？']) => {
            people(named, site_names)
        }
        _ => Vec::new(),
    }
}

const BRACKETS: [(char, char); 5] = [('（', '）'), ('(', ')'), ('〔', '〕'), ('【', '】'), ('［', '］')];

fn bracket(head: &str) -> Option<&str> {
    let open = |(open, close)| Some((head.find(open)?, open, close));
    let (at, open, close) = BRACKETS.into_iter().filter_map(open).min()?;
    Some(head[at + open.len_utf8()..].split_once(close)?.0)
}

fn last_bracket(text: &str) -> Option<&str> {
    BRACKETS.into_iter().find_map(|(open, close)| {
        let (_, inside) = text.trim_end().strip_suffix(close)?.rsplit_once(open)?;
        (inside.chars().count() <= NEAR).then_some(inside)
    })
}

/// A name alone, as Japanese papers sign: with no title, so that it must be all of what the bracket holds.
fn is_signature(inside: &str) -> bool {
    /// Of places and of days.
    const ENDS: [char; 13] = ['都', '道', '府', '県', '市', '区', '町', '省', '国', '年', '月', '日', '会'];
    /// Of remarks on the text and its pictures.
    const REMARKS: [char; 9] = ['略', '載', '続', '写', '供', '文', '出', '撮', '終'];
    let kanji = |c: char| ('\u{4e00}'..='\u{9fff}').contains(&c) || c == '々';
    let behind: String = inside.chars().skip(1).collect();
    (3..=5).contains(&inside.chars().count())
        && inside.chars().all(kanji)
        && names::is_cjk_name(&behind)
        && !inside.ends_with(ENDS)
        && !inside.contains(REMARKS)
        && gazetteer::lookup(inside).is_none()
        && agencies::agency(inside).is_none()
}

/// The names before a Korean reporter's title: `(서울=시민신문) 박서준·이하늘 기자 =`, `박서준 기자 park@simin.example`. Nothing
/// where the title stands in a sentence.
fn before_title(line: &str) -> Vec<&str> {
    const TITLE: &str = "기자";
    /// Who took the picture, and what reporters are called that are not named.
    const OTHERS: [&str; 8] = ["사진", "영상", "취재", "전문", "본지", "특별", "여러", "일부"];
    let Some((head, tail)) = line.split_once(TITLE) else { return Vec::new() };
    let tail = tail.trim_matches([' ', ']', ')', '】', '>', '|', '\u{a0}']);
    let ends = tail.is_empty()
        || tail.starts_with(['=', '/', '·', '|', '(', '['])
        || tail.split(' ').next().is_some_and(|w| w.contains('@'));
    if !ends || head.chars().count() > NEAR || OTHERS.iter().any(|other| head.contains(other)) {
        return Vec::new();
    }
    let mut head = head.trim_end();
    for grade in names::GRADES {
        head = head.strip_suffix(grade).unwrap_or(head).trim_end();
    }
    let named = head.rsplit(['=', ']', ')', '[', '(', ' ', '/', '\u{a0}']).next().unwrap_or_default();
    let named: Vec<&str> = named.split(['·', ',', '‧', 'ㆍ']).collect();
    let hangul = |name: &&str| {
        (2..=4).contains(&name.chars().count())
            && name.chars().all(|c| ('\u{ac00}'..='\u{d7a3}').contains(&c))
            && names::is_cjk_name(name)
    };
    if named.iter().all(hangul) { named } else { Vec::new() }
}

/// The name behind a desk of a Japanese paper: `文化部 森下遥香`.
fn behind_desk(inside: &str) -> Option<&str> {
    let (desk, name) = inside.split_once([' ', '\u{3000}', '・'])?;
    let name = name.trim();
    (desk.ends_with(['部', '局', '社', '班'])
        && names::is_cjk_name(&name.replace(['・', ' ', '\u{3000}'], "")))
    .then_some(name)
}

/// What stands behind the first *reporter*, up to the mark that ends it.
fn behind_title(text: &str) -> Option<&str> {
    let named = text.split_once("记者").or_else(|| text.split_once("記者"))?.1;
    let named = named.trim_start_matches([' ', '\u{3000}', '：', ':', '/', '／']);
    named.split(['／', '/', '）', '】', '〕', '；']).next().filter(|named| !named.is_empty())
}

/// What stands between names of reporters and is none.
const OTHERS: [&str; 6] = ["通讯员", "通訊員", "特约", "实习生", "摄影", "攝影"];

fn people(named: &str, site_names: &[String]) -> Vec<Author> {
    let mut authors: Vec<Author> = named
        .split([' ', '\u{3000}', '、', '，', '\u{a0}'])
        .map(without_dateline)
        .filter(|name| (2..=5).contains(&name.chars().count()) && !OTHERS.contains(name))
        .flat_map(|name| names::authors(name, Trust::Byline, site_names))
        .collect();
    distinct(&mut authors);
    authors
}

/// `吳昇儒基隆7日電`: the name without the place and day behind it. A place that is known tells where the name ends,
/// else its usual three characters.
fn without_dateline(name: &str) -> &str {
    let Some(day) =
        name.find(|c: char| c.is_ascii_digit()).filter(|_| name.ends_with(['电', '電', '讯', '訊']))
    else {
        return name;
    };
    let head = &name[..day];
    let ends = || head.char_indices().map(|(at, _)| at).chain([head.len()]);
    let known = [3, 2, 4]
        .into_iter()
        .filter_map(|n| ends().nth(n))
        .find(|at| gazetteer::lookup(&head[*at..]).is_some());
    let usual = if head.chars().count() >= 5 { 3 } else { 2 };
    known.or_else(|| ends().nth(usual)).map_or(head, |at| &head[..at])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(inside: &str) -> String {
        let people = behind_title(inside).map(|named| people(named, &[])).unwrap_or_default();
        people.into_iter().map(|a| a.name).collect::<Vec<_>>().join(" + ")
    }

    #[test]
    fn reporters_in_brackets() {
        for (text, expected) in [
            ("〔記者吳昇儒／基隆報導〕基隆信二路", "吳昇儒"),
            ("【記者林郁庭】", "林郁庭"),
            ("（中央社記者吳昇儒基隆7日電）老戲院", "吳昇儒"),
            ("（中央社記者王朝基隆7日電）老戲院", "王朝"),
            ("本报讯（记者 周启明 韩雪）", "周启明 + 韩雪"),
            ("（记者 周启明）", "周启明"),
            ("（图片由受访者提供）", ""),
        ] {
            assert_eq!(bracket(text).map(named).unwrap_or_default(), expected, "{text}");
        }
    }

    #[test]
    fn reporters_before_their_title() {
        for (line, expected) in [
            ("박서준 기자 sjpark@gangga.example", "박서준"),
            ("[시민신문=이하늘 기자]", "이하늘"),
            ("(서울=시민신문) 박서준·이하늘 기자 =", "박서준 + 이하늘"),
            ("시민신문 이하늘 인턴기자", "이하늘"),
            ("본지 기자", ""),
            ("사진 이하늘 기자", ""),
            ("이하늘 기자는 현장에서 주민들을 만났다", ""),
            ("기자 회견", ""),
        ] {
            assert_eq!(before_title(line).join(" + "), expected, "{line}");
        }
        let named =
            |line: &str| in_line(line, &[]).into_iter().map(|a| a.name).collect::<Vec<_>>().join(" + ");
        assert_eq!(named("【文化部 森下遥香】"), "森下遥香");
        assert_eq!(named("【速報 文化部】"), "");
    }

    #[test]
    fn signatures_behind_the_last_paragraph() {
        for (text, expected) in [
            ("置いていった人もいたという。（小野寺瑞穂）", "小野寺瑞穂"),
            ("置いていった人もいたという。【小野寺瑞穂】", "小野寺瑞穂"),
            ("という。（共同通信）", ""),
            ("という。（写真はすべて本社撮影）", ""),
            ("という。（東京都）", ""),
            ("という。（敬称略）", ""),
        ] {
            let signed = last_bracket(text).filter(|inside| is_signature(inside)).unwrap_or_default();
            assert_eq!(signed, expected, "{text}");
        }
    }
}
