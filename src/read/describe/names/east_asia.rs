//! Names of East Asia: written without spaces, with a title behind them.

pub fn is_cjk(name: &str) -> bool {
    name.chars().all(|c| c as u32 >= 0x2e80)
}

/// What a reporter is called behind the name in Korean, Japanese and Chinese.
pub const TITLES: [&str; 5] = ["기자", "특파원", "논설위원", "記者", "记者"];

/// Grades of Korean reporters, which stand before the title.
pub const GRADES: [&str; 6] = ["인턴", "선임", "객원", "수석", "시민", "수습"];

/// What stands before a reporter's title in Korean and Chinese: `정하윤 기자`.
pub fn untitled(name: &str) -> Option<&str> {
    let mut head = TITLES.iter().find_map(|title| name.strip_suffix(title))?.trim_end();
    for grade in GRADES {
        head = head.strip_suffix(grade).unwrap_or(head).trim_end();
    }
    is_cjk_name(head).then_some(head)
}

/// A name without spaces, as a marked byline of East Asia holds alone: short, and no desk, house or kind of text.
pub fn is_cjk_name(text: &str) -> bool {
    const HOUSES: [char; 22] = [
        '部', '社', '局', '网', '網', '报', '報', '聞', '闻', '台', '者', '室', '紙', '纸', '부', '국', '팀',
        '지', '사', '经', '源', '集',
    ];
    const KINDS: [&str; 14] = [
        "記事", "特集", "編集", "编辑", "編輯", "报道", "報道", "整理", "内容", "委員", "뉴스", "分野",
        "一覧", "著者",
    ];
    let text = text.trim();
    let kana = text.chars().any(|c| ('\u{3040}'..='\u{30ff}').contains(&c));
    let most = if kana { 7 } else { 4 };
    is_cjk(text)
        && (2..=most).contains(&text.chars().count())
        && !text.ends_with(HOUSES)
        && !KINDS.iter().any(|kind| text.contains(kind))
        && !text.contains('・')
}
