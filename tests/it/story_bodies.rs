//! Stories and distractors written for the purpose: publisher, language, story, headline, lead of the
//! body. Stories come interleaved; those of one letter share a town, a team or a template.

pub struct Row {
    pub language: &'static str,
    pub story: &'static str,
    pub headline: &'static str,
    pub lead: &'static str,
}

pub fn rows() -> Vec<Row> {
    let row = |line: &'static str| {
        let mut fields = line.split('|').map(str::trim);
        let mut next = || fields.next().expect("language | story | headline | lead");
        Row { language: next(), story: next(), headline: next(), lead: next() }
    };
    let mut rows: Vec<Row> = STORIES.lines().filter(|line| !line.trim().is_empty()).map(row).collect();
    // Round robin: the first article of every story, then the second of every story.
    let mut seen = std::collections::HashMap::new();
    let mut order: Vec<usize> = Vec::new();
    for row in &rows {
        let nth = seen.entry(row.story).or_insert(0);
        order.push(*nth);
        *nth += 1;
    }
    let mut rounds = order.into_iter();
    rows.sort_by_cached_key(|_| rounds.next());
    rows
}

const STORIES: &str = "
en|pier|Eastern pier in Port Alder closed after cracks found|Port Alder harbour authority shut the eastern pier on Monday after divers found cracks in twelve of its forty pillars.
en|pier|Divers' report shuts Alder landmark|The eastern pier was closed to the public after divers reported cracks in twelve pillars, the harbour authority of Port Alder said.
en|pier|Anglers turned away as 1904 structure is fenced off|Anglers found a fence across the eastern pier of Port Alder, where cracks had been found in twelve pillars below the waterline.
en|pier|Port Alder: repairs to cracked pier could take two years|The harbour authority says the cracked pillars of the eastern pier cannot be mended before spring after next.
en|pier-fire|Fire destroys fish market in Port Alder|Flames tore through the fish market of Port Alder before dawn; forty firefighters kept them from the cold stores.
en|pier-fire|Traders lose everything in market blaze|Stallholders watched the Port Alder fish market burn down before dawn as forty firefighters fought the flames.
en|pier-fire|Port Alder market fire: short circuit suspected|A short circuit in an ice machine may have set fire to the fish market of Port Alder, investigators said.
en|ferry|Ferry with 212 aboard runs aground off Skerry Point|The ferry Maid of Orrin struck a sandbank off Skerry Point in fog with 212 people aboard; nobody was hurt.
en|ferry|Passengers wait nine hours on stranded Maid of Orrin|Passengers spent nine hours aboard the Maid of Orrin before the tide lifted the ferry off a sandbank at Skerry Point.
en|ferry|Captain of grounded ferry relieved of duty|The captain of the Maid of Orrin, which ran onto a sandbank off Skerry Point in fog, has been relieved of duty.
en|ferry-fares|Orrin ferry fares to rise by a tenth|Fares on the ferries to Orrin go up by ten percent in March, the island council heard.
en|ferry-fares|Islanders protest dearer crossings|Islanders gathered outside the council to protest against ferry fares to Orrin that rise by ten percent in March.
en|ferry-fares|Council defends ten percent increase on Orrin route|Without dearer tickets in March the ferry route to Orrin would close in winter, the council said.
en|match-a|Brack Rovers 3-1 Tolland: Imrie scores twice|Callan Imrie scored twice as Brack Rovers beat Tolland on Saturday to go second in the table.
en|match-a|Imrie double sinks Tolland|Two goals by Callan Imrie gave Brack Rovers a 3-1 win over Tolland and second place.
en|match-a|Rovers climb to second after beating Tolland|Brack Rovers are second after a 3-1 win over Tolland in which Callan Imrie scored twice.
en|match-b|Brack Rovers 0-2 Hexley: keeper sent off|Goalkeeper Dov Sand was sent off after twelve minutes as Brack Rovers lost at home to Hexley.
en|match-b|Sand sees red as Hexley win at Brack|Hexley won 2-0 after Dov Sand, the Brack Rovers goalkeeper, was sent off in the twelfth minute.
en|match-b|Ten-man Rovers beaten by Hexley|Brack Rovers played 78 minutes without goalkeeper Dov Sand, who was sent off, and lost 2-0 to Hexley.
en|quake-a|Magnitude 4.6 earthquake strikes near Vardo Bay|An earthquake of magnitude 4.6 struck 12 kilometres south of Vardo Bay at 03:14, the survey said. No damage was reported.
en|quake-a|Quake of 4.6 shakes Vardo Bay residents awake|Residents of Vardo Bay ran into the streets when an earthquake of magnitude 4.6 struck at 03:14.
en|quake-a|Vardo Bay tremor: schools stay open|Schools in Vardo Bay stay open after the earthquake of magnitude 4.6 that struck at night, the mayor said.
en|quake-b|Magnitude 5.1 earthquake strikes near Lomas Ridge|An earthquake of magnitude 5.1 struck 30 kilometres east of Lomas Ridge at 18:40, the survey said. Two barns fell.
en|quake-b|Lomas Ridge quake topples two barns|Two barns fell near Lomas Ridge when an earthquake of magnitude 5.1 struck at 18:40.
en|quake-b|Dam inspected after Lomas Ridge earthquake|Engineers inspect the dam above Lomas Ridge after an earthquake of magnitude 5.1 toppled two barns.
en|bank|Merrow Bank to cut 1,400 jobs and shut 60 branches|Merrow Bank will cut 1,400 jobs and close 60 branches by the end of next year, it said on Tuesday.
en|bank|Sixty high streets lose their last counter|Sixty branches of Merrow Bank close by the end of next year, and 1,400 jobs go with them.
en|bank|Union calls Merrow job cuts a betrayal|The union called the 1,400 job cuts at Merrow Bank, which closes 60 branches, a betrayal of its staff.
en|bank|Merrow shares rise after branch closures|Shares in Merrow Bank rose by four percent after it said that it would close 60 branches and cut 1,400 jobs.
en|drums|Museum returns carved drums to island of Tovu|A museum in Hexley returned eleven carved drums to the island of Tovu, from where they were taken 136 years ago.
en|drums|Drums come home to Tovu after 136 years|Hundreds sang on the beach of Tovu as eleven carved drums returned from a museum in Hexley.
en|drums|'They are speaking again': islanders greet lost instruments|Elders of Tovu beat the eleven carved drums that a museum in Hexley gave back after 136 years.
de|tunnel|Wasser im Rosstaltunnel: Bahnstrecke bis Freitag gesperrt|Nach einem Wassereinbruch im Rosstaltunnel bleibt die Bahnstrecke zwischen Ellau und Brugg bis Freitag gesperrt.
de|tunnel|Pendler zwischen Ellau und Brugg müssen auf Busse umsteigen|Weil Wasser in den Rosstaltunnel eingedrungen ist, fahren zwischen Ellau und Brugg bis Freitag Busse.
de|tunnel|Rosstaltunnel: Ursache des Wassereinbruchs gefunden|Eine geborstene Leitung hat den Wassereinbruch im Rosstaltunnel zwischen Ellau und Brugg verursacht.
de|ellau|Ellau wählt erstmals eine Bürgermeisterin|Mit 54 Prozent hat Hanne Dorfeld die Stichwahl um das Rathaus von Ellau gewonnen.
de|ellau|Dorfeld gewinnt Stichwahl in Ellau|Hanne Dorfeld wird Bürgermeisterin von Ellau: Sie gewann die Stichwahl mit 54 Prozent.
de|ellau|Nach 31 Jahren Machtwechsel im Rathaus|Hanne Dorfeld zieht in das Rathaus von Ellau ein; die Stichwahl gewann sie mit 54 Prozent.
de|wolf|Wolf reißt 14 Schafe bei Oberlind|Ein Wolf hat in der Nacht bei Oberlind vierzehn Schafe eines Schäfers gerissen.
de|wolf|Schäfer aus Oberlind fordert Abschuss|Nachdem ein Wolf bei Oberlind vierzehn Schafe gerissen hat, fordert der Schäfer den Abschuss.
de|wolf|Vierzehn tote Schafe: Land prüft Abschuss des Wolfs|Das Land prüft, ob der Wolf geschossen werden darf, der bei Oberlind vierzehn Schafe gerissen hat.
fr|pont|Le pont de Saint-Orens fermé après la crue|Le pont de Saint-Orens est fermé depuis dimanche : la crue de la Varne a emporté une partie de la pile centrale.
fr|pont|Crue de la Varne : une pile du pont emportée|La crue de la Varne a emporté dimanche une partie de la pile centrale du pont de Saint-Orens.
fr|pont|À Saint-Orens, un détour de quarante kilomètres|Le pont de Saint-Orens fermé par la crue de la Varne, les habitants font un détour de quarante kilomètres.
fr|usine|La fonderie de Saint-Orens placée en redressement|La fonderie Marchal de Saint-Orens et ses 230 salariés ont été placés en redressement judiciaire.
fr|usine|Fonderie Marchal : 230 emplois menacés|Le redressement judiciaire de la fonderie Marchal menace 230 emplois à Saint-Orens.
fr|usine|Les salariés de Marchal bloquent l'entrée du site|Des salariés de la fonderie Marchal, en redressement judiciaire, bloquent l'usine de Saint-Orens.
en|one-a|Brack Rovers sign Tolland defender|Brack Rovers have signed defender Piet Ullo from Tolland for three years.
en|one-b|Port Alder names new harbour master|Ruth Venn becomes harbour master of Port Alder in May.
en|one-c|Magnitude 4.4 earthquake strikes near Quill Sound|An earthquake of magnitude 4.4 struck 9 kilometres north of Quill Sound at 11:02, the survey said. No damage was reported.
de|one-d|Ellau saniert das Freibad|Das Freibad von Ellau wird ab Herbst für drei Millionen saniert.
fr|one-e|Saint-Orens fête ses vendanges|La fête des vendanges réunit samedi dix mille visiteurs à Saint-Orens.
";
