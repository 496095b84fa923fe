//! News agencies and the spellings under which bylines and datelines name them.

use std::sync::LazyLock;

use rustc_hash::FxHashMap;

/// The name an agency is told by, then its other spellings.
const AGENCIES: &[&[&str]] = &[
    &[
        "Reuters",
        "Thomson Reuters",
        "Reuter",
        "rtr",
        "reuters.com",
        "ロイター",
        "路透社",
        "路透",
        "رويترز",
        "Рейтер",
        "Рейтерс",
        "רויטרס",
        "로이터",
    ],
    &[
        "AP",
        "Associated Press",
        "The Associated Press",
        "A.P.",
        "美联社",
        "美聯社",
        "أسوشيتد برس",
        "أ ب",
        "АП",
        "AP通信",
        "AP 통신",
    ],
    &[
        "AFP",
        "Agence France-Presse",
        "Agence France Presse",
        "AFP Deutschland",
        "法新社",
        "فرانس برس",
        "أ ف ب",
        "АФП",
        "Франс Пресс",
        "AFP通信",
        "AFP時事",
    ],
    &["dpa", "Deutsche Presse-Agentur", "dpa-AFX", "dpa-infocom", "dpa/tmn", "ДПА", "د ب أ"],
    &["UPI", "United Press International"],
    &["ANSA", "Agenzia ANSA", "АНСА"],
    &["EFE", "Agencia EFE", "Agencias EFE", "ЭФЕ", "إفي"],
    &["Europa Press", "EP"],
    &["Xinhua", "Xinhua News Agency", "新华社", "新華社", "新华网", "شينخوا", "Синьхуа"],
    &["China News Service", "中新社", "中新网", "CNS"],
    &["TASS", "ITAR-TASS", "ТАСС", "ИТАР-ТАСС", "تاس", "塔斯社", "タス通信"],
    &["RIA Novosti", "РИА Новости", "RIA", "RIA Nowosti", "РИА"],
    &["Interfax", "Интерфакс", "Interfax-Ukraine", "Интерфакс-Украина", "Інтерфакс-Україна"],
    &["Ukrinform", "Укринформ", "Укрінформ"],
    &["UNIAN", "УНИАН", "УНІАН"],
    &["BelTA", "БелТА", "БЕЛТА"],
    &["Kyodo", "Kyodo News", "共同通信", "共同", "共同社"],
    &["Jiji", "Jiji Press", "時事通信", "時事"],
    &["Yonhap", "Yonhap News Agency", "연합뉴스", "韩联社", "聯合ニュース"],
    &["Newsis", "뉴시스"],
    &["News1", "뉴스1"],
    &["KCNA"],
    &["PTI", "Press Trust of India", "पीटीआई", "भाषा"],
    &["ANI", "Asian News International", "एएनआई"],
    &["IANS", "Indo-Asian News Service", "आईएएनएस"],
    &["UNI", "United News of India"],
    &["APP", "Associated Press of Pakistan"],
    &["BSS", "Bangladesh Sangbad Sangstha"],
    &["UNB", "United News of Bangladesh"],
    &["Antara", "ANTARA News"],
    &["Bernama"],
    &["PNA", "Philippine News Agency"],
    &["VNA", "Vietnam News Agency", "TTXVN"],
    &["Anadolu", "Anadolu Agency", "Anadolu Ajansı", "AA", "Anatolia", "الأناضول", "Анадолу"],
    &["DHA", "Demirören Haber Ajansı"],
    &["İHA", "İhlas Haber Ajansı", "IHA"],
    &["IRNA", "ایرنا", "إرنا", "ИРНА"],
    &["ISNA", "ایسنا"],
    &["Tasnim", "تسنیم"],
    &["Fars", "Fars News", "فارس"],
    &["Mehr", "Mehr News", "مهر"],
    &["SANA", "سانا"],
    &["MENA", "أ ش أ", "Middle East News Agency"],
    &["SPA", "Saudi Press Agency", "واس"],
    &["WAM", "Emirates News Agency", "وام"],
    &["QNA", "Qatar News Agency", "قنا"],
    &["KUNA", "كونا"],
    &["Petra", "بترا"],
    &["WAFA", "وفا"],
    &["MAP", "Maghreb Arabe Presse"],
    &["APS", "Algérie Presse Service"],
    &["TAP", "Tunis Afrique Presse"],
    &["NAN", "News Agency of Nigeria"],
    &["GNA", "Ghana News Agency"],
    &["SAPA", "South African Press Association"],
    &["ENA", "Ethiopian News Agency"],
    &["APA", "Austria Presse Agentur", "APA-OTS"],
    &["Keystone-SDA", "SDA", "ats", "Schweizerische Depeschenagentur", "Keystone-ATS"],
    &["KNA", "Katholische Nachrichten-Agentur"],
    &["epd", "Evangelischer Pressedienst"],
    &["SID", "Sport-Informations-Dienst", "sid"],
    &["ddp", "dapd"],
    &["AFX"],
    &["Belga", "Belga News Agency"],
    &["ANP", "Algemeen Nederlands Persbureau", "Novum"],
    &["Ritzau", "/ritzau/"],
    &["TT", "TT Nyhetsbyrån", "Tidningarnas Telegrambyrå"],
    &["NTB", "Norsk Telegrambyrå"],
    &["STT", "STT-Lehtikuva", "Suomen Tietotoimisto", "FNB"],
    &["BNS", "Baltic News Service"],
    &["ELTA"],
    &["LETA"],
    &["PAP", "Polska Agencja Prasowa"],
    &["IAR"],
    &["ČTK", "CTK", "ČTK/AP"],
    &["TASR"],
    &["SITA"],
    &["MTI"],
    &["Agerpres"],
    &["Mediafax"],
    &["BTA", "БТА"],
    &["Tanjug", "Танјуг"],
    &["Beta", "Бета"],
    &["HINA", "Hina"],
    &["STA"],
    &["FENA"],
    &["SRNA"],
    &["MIA", "МИА"],
    &["ATA"],
    &["ANA-MPA", "AMNA", "ΑΠΕ-ΜΠΕ", "ΑΠΕ"],
    &["CNA", "Central News Agency", "中央社"],
    &["Lusa", "Agência Lusa"],
    &["Agência Brasil"],
    &["Estadão Conteúdo"],
    &["Folhapress"],
    &["Télam", "Telam"],
    &["Notimex"],
    &["Prensa Latina", "PL"],
    &["Colprensa"],
    &["Andina"],
    &["ACAN-EFE"],
    &["PA", "PA Media", "Press Association", "PA Wire"],
    &["AAP", "Australian Associated Press"],
    &["NZPA"],
    &["CP", "The Canadian Press", "Canadian Press", "La Presse Canadienne", "Presse Canadienne"],
    &["Bloomberg", "Bloomberg News"],
    &["Dow Jones", "Dow Jones Newswires", "DJ"],
    &["Knight Ridder"],
    &["Tribune News Service", "TNS"],
    &["McClatchy"],
    &["IPS", "Inter Press Service"],
    &["PR Newswire", "PRNewswire"],
    &["Business Wire", "BUSINESS WIRE"],
    &["GlobeNewswire", "GLOBE NEWSWIRE"],
    &["Newsfile", "Newsfile Corp"],
    &["ACCESSWIRE", "ACCESS Newswire"],
    &["Adnkronos"],
    &["AGI"],
    &["Askanews"],
    &["LaPresse"],
    &["Relaxnews"],
    &["Sputnik", "Спутник"],
    &["Kazinform", "Казинформ"],
    &["Trend"],
    &["Azertac", "AZERTAC"],
    &["Armenpress"],
    &["UzA"],
    &["Kabar", "Кабар"],
    &["Montsame"],
    &["JTA"],
    &["Fides"],
    &["CNA Newsroom"],
    &["Catholic News Service"],
    &["VOA", "Voice of America"],
    &["RFE/RL", "Радио Свобода"],
    &["States Newsroom"],
];

static TABLE: LazyLock<FxHashMap<String, &'static str>> = LazyLock::new(|| {
    let mut table = FxHashMap::default();
    for spellings in AGENCIES {
        for spelling in *spellings {
            table.entry(spelling.to_lowercase()).or_insert(spellings[0]);
        }
    }
    table
});

/// The agency that a whole name means, by any of its spellings.
pub fn agency(name: &str) -> Option<&'static str> {
    let name = name.trim().trim_matches(['(', ')', '[', ']', '/', '.', ',', '©', ' ', '*']);
    if name.is_empty() || name.len() > 60 {
        return None;
    }
    TABLE.get(&name.to_lowercase()).copied()
}

/// Agencies of a joined credit: `AFP/Reuters`, `dpa, AP`, `Reuters und AFP`. Nothing where a part is
/// no agency.
pub fn agencies(text: &str) -> Option<Vec<&'static str>> {
    if let Some(one) = agency(text) {
        return Some(vec![one]);
    }
    let joined = text.replace(" und ", "/").replace(" and ", "/").replace(" et ", "/").replace(" y ", "/");
    let parts: Vec<&str> =
        joined.split(['/', ',', ';', '-', '–']).map(str::trim).filter(|p| !p.is_empty()).collect();
    if parts.len() < 2 || parts.len() > 6 {
        return None;
    }
    parts.into_iter().map(agency).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spellings() {
        for (name, expected) in [
            ("Reuters", Some("Reuters")),
            ("(dpa)", Some("dpa")),
            ("РИА Новости", Some("RIA Novosti")),
            ("The Associated Press", Some("AP")),
            ("Anadolu Ajansı", Some("Anadolu")),
            ("Ada Fern", None),
            ("", None),
        ] {
            assert_eq!(agency(name), expected, "{name}");
        }
        assert_eq!(agencies("AFP/Reuters"), Some(vec!["AFP", "Reuters"]));
        assert_eq!(agencies("dpa, Ada Fern"), None);
    }
}
