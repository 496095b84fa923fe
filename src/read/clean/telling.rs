//! Verbs of saying, in the forms that news writes behind or before what somebody said. A sentence that has one
//! speaks about an appeal or a notice, and is none.

use std::sync::LazyLock;

use super::lexicon::lower;
use crate::model::script::is_unspaced;
use crate::read::phrases::Phrases;

/// A line for each language of the packs; imperatives and forms that speak to the reader are left out.
const SAYING: [&str; 31] = [
    "said / says / told / wrote / according to",
    "sagte / sagten / sagt / teilte / teilten / erklärte / erklärten / schrieb / zufolge / berichtete / \
     kündigte / hieß es / betonte / so ein sprecher / so eine sprecherin / laut einem / laut einer",
    "zei / zeiden / zegt / aldus / volgens / meldde / schreef / verklaarde / liet weten",
    "sagde / siger / oplyste / oplyser / ifølge / skrev / sier / opplyste / opplyser",
    "sade / säger / enligt / uppgav / uppger / meddelade",
    "sanoi / kertoi / mukaan / ilmoitti / totesi",
    "a dit / a déclaré / ont déclaré / a indiqué / a expliqué / a annoncé / a précisé / a écrit / selon",
    "ha detto / ha dichiarato / ha spiegato / ha annunciato / ha scritto / ha riferito / secondo il / secondo la",
    "dijo / dijeron / según / explicó / anunció / declaró / afirmó / informó / señaló / escribió",
    "disse / disseram / segundo o / segundo a / explicou / anunciou / declarou / afirmou / informou / escreveu",
    "a spus / a declarat / a anunțat / a explicat / a precizat / potrivit / a scris / a transmis",
    "powiedział / powiedziała / poinformował / poinformowała / poinformowało / oświadczył / oświadczyła / \
     napisał / napisała / według / przekazał / przekazała",
    "řekl / řekla / uvedl / uvedla / oznámil / oznámila / sdělil / sdělila / podle / napsal / napsala",
    "povedal / povedala / uviedol / uviedla / oznámil / oznámila / podľa / informoval / informovala / napísal",
    "rekao / rekla / izjavio / izjavila / kaže / kazao / kazala / saopštio / saopštila / priopćio / priopćila / prema riječima / objavio",
    "каза / казаха / съобщи / съобщиха / заяви / обясни / според / написа",
    "گفت / گفتند / اعلام کرد / به گفته / نوشت / افزود",
    "กล่าว / เปิดเผยว่า / ระบุว่า / เล่าว่า / แจ้งว่า",
    "mondta / közölte / szerint / nyilatkozta / bejelentette",
    "сказал / сказала / сообщил / сообщила / сообщили / заявил / заявила / написал / написала / рассказал / \
     рассказала / по словам",
    "сказав / повідомив / повідомила / повідомили / заявив / за словами / написав",
    "δήλωσε / δήλωσαν / είπε / είπαν / ανακοίνωσε / σύμφωνα με",
    "dedi / söyledi / açıkladı / bildirdi / belirtti / duyurdu / göre",
    "قال / قالت / وقال / وقالت / وأضاف / وأضافت / أعلن / أعلنت / وفقا / بحسب",
    "אמר / אמרה / מסר / מסרה / לדברי / הודיעה",
    "ने कहा / ने बताया / के अनुसार / के मुताबिक",
    "ujar / menurut",
    "cho biết / cho hay / theo ông / theo bà",
    "말했다 / 밝혔다 / 전했다 / 따르면",
    "と述べ / と話し / と語っ / と説明し / 明らかにした / によると / によれば",
    "表示， / 表示： / 说道 / 說道 / 称， / 据报道 / 指出",
];

static VERBS: LazyLock<(Phrases, Vec<String>)> = LazyLock::new(|| {
    let verbs: Vec<String> = SAYING.iter().flat_map(|line| line.split(" / ")).map(lower).collect();
    (Phrases::new(&verbs), verbs)
});

/// Whether a sentence names who said it, by a verb that is no part of another word.
pub fn says(text: &str) -> bool {
    let text = lower(text);
    let (phrases, verbs) = &*VERBS;
    let mut met = false;
    phrases.find(&text, |found| {
        let spaced = verbs[found.phrase].ends_with(|c: char| c.is_alphanumeric() && !is_unspaced(c));
        let joined = text[found.end..].starts_with(char::is_alphanumeric);
        met |= !(spaced && joined);
    });
    met
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_verb_of_saying_is_known_in_its_language() {
        for (text, expected) in [
            ("Readers can sign up at the town hall, the clerk said.", true),
            ("Nach Angaben der Stadt geht das bis Freitag, sagte die Sprecherin.", true),
            ("Le journal coûtera plus cher, a déclaré son directeur.", true),
            ("読者は市役所で申し込めると、職員は明らかにした。", true),
            ("市政府发言人表示，居民可以订阅。", true),
            ("사무소에서 신청할 수 있다고 직원이 말했다.", true),
            ("Subscribe to the newsletter.", false),
            ("The saids of this world", false),
            ("", false),
        ] {
            assert_eq!(says(text), expected, "{text}");
        }
    }
}
