//! Fictional articles, and a builder for captures of them.

use std::collections::BTreeMap;

use copydesk::model::Article;
use copydesk::model::article::{Completeness, Kind, Language, Publisher};
use copydesk::model::body::{Paragraph, ParagraphKind};
use copydesk::model::page::RawInfo;

/// A capture of a page; every field but the text may be left out.
#[derive(Debug, Clone, Default)]
pub struct Capture {
    pub url: Option<String>,
    pub canonical: Option<String>,
    pub site: Option<String>,
    pub scraper: Option<String>,
    pub fetched_at: Option<String>,
    pub headline: Option<String>,
    pub body: String,
    pub partial: bool,
    pub live: bool,
    pub originator: Option<String>,
}

impl Capture {
    pub fn of(headline: &str, body: &str) -> Self {
        Self { headline: Some(headline.to_owned()), body: body.to_owned(), ..Self::default() }
    }

    pub fn url(mut self, url: &str) -> Self {
        self.site = url::Url::parse(url).ok().and_then(|u| u.host_str().map(str::to_owned));
        self.url = Some(url.to_owned());
        self
    }

    pub fn scraper(mut self, name: &str) -> Self {
        self.scraper = Some(name.to_owned());
        self
    }

    pub fn at(mut self, fetched_at: &str) -> Self {
        self.fetched_at = Some(fetched_at.to_owned());
        self
    }

    pub fn article(&self) -> Article {
        let kind = if self.live { ParagraphKind::LiveEntry } else { ParagraphKind::Paragraph };
        let paragraphs = self.body.split("\n\n").filter(|p| !p.trim().is_empty());
        let key = format!("{:?}{:?}{:?}{}{:?}", self.url, self.site, self.scraper, self.body, self.headline);
        Article {
            url: self.url.clone(),
            canonical_url: self.canonical.clone(),
            url_aliases: Vec::new(),
            source: self.site.clone().map(|site| Publisher { name: None, domain: Some(site) }),
            headline: self.headline.clone(),
            standfirst: None,
            paragraphs: paragraphs
                .map(|p| Paragraph { text: p.trim().to_owned(), kind, block: None })
                .collect(),
            byline: None,
            authors: Vec::new(),
            dateline: None,
            originator: self.originator.clone(),
            published_at: None,
            modified_at: None,
            language: Language { tag: "en".into(), confidence: 1.0, declared: None },
            images: Vec::new(),
            links: Vec::new(),
            section: None,
            keywords: Vec::new(),
            kind: if self.live { Kind::LiveBlog } else { Kind::Article },
            completeness: if self.partial { Completeness::Partial } else { Completeness::Full },
            evidence: BTreeMap::new(),
            removed: Vec::new(),
            raw: RawInfo {
                message_id: None,
                page_key: copydesk::assess::identify::hex(&[&key, self.fetched_at.as_deref().unwrap_or("")]),
                sha256: String::new(),
                bytes: self.body.len() as u64,
                content_type: "text/plain".into(),
                encoding: "utf-8".into(),
                scraper: self.scraper.clone(),
                fetched_at: self.fetched_at.clone(),
            },
            site: self.site.clone(),
            knowledge: None,
            rules: None,
            models: Vec::new(),
        }
    }
}

/// Headline and body of ten stories that never happened.
pub const STORIES: [(&str, &str); 10] = [
    (
        "Eastern pier closed after cracks found in pillars",
        "The harbour authority of Port Alder closed the eastern pier on Monday after divers found cracks in 12 of its 80 pillars.\n\nThe pier, built in 1911, carries the ferry terminal and a fish market with 34 stalls. Ferries to Saltholm will leave from the coal quay until further notice, the authority said.\n\n\"Nobody was in danger at any time,\" harbour master Ilse Brandvold told reporters. \"But we will not wait until somebody is.\"\n\nRepairs are expected to take four months and cost about 2.6 million crowns. The stallholders have asked the city for compensation.",
    ),
    (
        "Council votes to reopen the Linden valley railway",
        "After a debate of six hours the county council of Marrow voted by 41 to 19 to reopen the railway through the Linden valley, which carried its last passengers in 1974.\n\nThe line would link Upper Linden with the junction at Carrick in 28 minutes. A study commissioned last year counted 3,400 commuters who now travel by car.\n\n\"The valley has waited half a century,\" said council leader Tomas Okell. The opposition called the vote reckless and pointed to costs of 190 million.\n\nWork on the two viaducts could begin in spring if the ministry approves its share of the money.",
    ),
    (
        "Bakers win prize for bread from stale bread",
        "Two bakers from Ostermark have won the national food prize for a loaf that is made of one third stale bread.\n\nYara Lindqvist and Bo Tamm collect unsold loaves from 17 shops each night, dry them and grind them into flour. The jury praised a crust that nobody could tell from the ordinary.\n\nTheir bakery sells 900 loaves a day and has saved 62 tonnes of bread from the bin since it opened. A second shop is to follow in Kestrel Bay in the autumn.\n\nThe prize is worth 50,000 crowns, which the two want to spend on a larger mill.",
    ),
    (
        "Storm Quill leaves 14,000 homes without power",
        "Storm Quill swept across the northern isles in the night to Thursday and left about 14,000 homes without electricity.\n\nGusts of 151 kilometres an hour were measured at Cape Farrow. Two lorries overturned on the causeway; their drivers escaped with bruises, police said.\n\nThe grid operator Norvolt sent 60 crews to repair broken lines and hoped to restore power to most customers by evening. Schools in Tarn and Vessel stayed closed.\n\nThe weather service lifted its red warning at noon but expects more rain at the weekend.",
    ),
    (
        "Museum returns carved drums to island of Tovu",
        "The city museum of Halden has returned four carved drums to the island of Tovu, from where a trader had taken them in 1888.\n\nChief Anaru Pele received the drums at a ceremony in the courtyard before 300 guests. They are to be played at the new moon festival in August for the first time in 136 years.\n\nThe museum keeps 211 objects from the islands and is examining how each was acquired. Director Petra Sommerfeld spoke of a beginning that came too late.\n\nThe government of the islands has asked seven other museums for talks.",
    ),
    (
        "Chip maker Velar to build plant near Dunmore",
        "The chip maker Velar will build a plant for power semiconductors near Dunmore and wants to employ 1,800 people there from 2033.\n\nThe company puts the investment at 4.2 billion. A fifth of that is to come from the state, which still has to obtain approval for the aid.\n\nVelar chose the site over two others because of its water supply and the technical college, chief executive Ruth Abara said. Residents fear for the level of the river Senn.\n\nShares in the company rose by 3.4 percent after the announcement.",
    ),
    (
        "Goalkeeper Mensah extends contract with Rovers",
        "Goalkeeper Kofi Mensah has extended his contract with Carrick Rovers by three years, the club announced on Friday.\n\nMensah, 24, came from the youth team and has kept 19 clean sheets in 57 league games. Two clubs abroad were reported to have bid for him.\n\n\"This is where I learnt to catch, and this is where I want to win something,\" he said. The Rovers are fourth in the table, five points behind Alder City.\n\nSporting director Lena Frisk said the new contract holds no release clause.",
    ),
    (
        "Court overturns ban on night flights at Marrow",
        "The administrative court has overturned the ban on night flights at Marrow airport because the county had not heard the airlines.\n\nThe ban had applied between 11 pm and 5 am since January. It covered about 26 flights a night, most of them freight.\n\nThe judges left open whether a ban could be justified by the health of residents. The county can appeal within one month.\n\nThe residents' group Quiet Nights, with 5,200 members, called the ruling a bitter day and announced a vigil in front of the terminal.",
    ),
    (
        "Researchers find orchid thought lost for 90 years",
        "Botanists have found an orchid on the slopes of Mount Iver that had been thought extinct for 90 years.\n\nThe pale lantern orchid grows no taller than a thumb and flowers for six days. The team from the university of Halden counted 43 plants in a gully that can be reached only on a rope.\n\n\"I sat down and cried,\" said doctoral student Mira Castellane, who saw the first of them. The place is being kept secret for fear of collectors.\n\nSeeds have been taken to the seed bank at Ostermark, where 30 of them have begun to swell.",
    ),
    (
        "Teachers end strike after eleven days",
        "After eleven days the teachers of the Carrick district have ended their strike and will return to their classrooms on Wednesday.\n\nThe agreement gives them 4.1 percent more pay this year and 2 percent next year. Classes in primary schools will have no more than 25 pupils.\n\nUnion secretary Hal Brennan spoke of a result with which one could go before the class. About 2,300 teachers in 88 schools had taken part.\n\nThe district wants to make up for the lost lessons on four Saturdays, which parents' groups have criticised.",
    ),
];
