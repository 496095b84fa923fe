//! Reports written from templates: alike in nearly every word, and each an article of its own.

/// Headline, body; `{n}` is the n-th word of a row.
const TEMPLATES: [(&str, &str, [&str; 5]); 9] = [
    (
        "Magnitude {0} earthquake near {1}",
        "An earthquake of magnitude {0} was registered {2} kilometres off {1} on {3} at a depth of {4} kilometres, the seismological service said.\n\nThere were no immediate reports of damage or casualties. No tsunami warning was issued.\n\nEarthquakes of this strength are often felt, but only rarely cause damage. Residents who felt the tremor are asked to report it on the website of the service. The service registers about 800 quakes in the region each year; most of them go unnoticed.",
        [
            "4.6|Port Alder|12|Monday|10",
            "5.1|Cape Farrow|38|Thursday|22",
            "4.9|Saltholm|7|Sunday|14",
            "4.2|Kestrel Bay|51|Friday|31",
            "5.4|Tarn|26|Tuesday|8",
        ],
    ),
    (
        "{0} beat {1} {2}",
        "{0} beat {1} {2} in the county league on Saturday in front of {3} spectators.\n\nThe home side took the lead in the {4}th minute and never looked in danger afterwards. The visitors had most of the ball in the second half, but found no way through a well ordered defence.\n\nThe next round is played on Saturday. Tickets are available from the clubs and at the gate.",
        [
            "Carrick Rovers|Tarn|3-1|4,120|17",
            "Alder City|Vessel United|2-0|6,350|9",
            "Halden|Dunmore|4-2|2,980|23",
            "Saltholm|Marrow Town|1-0|1,340|71",
            "Ostermark|Linden Vale|5-1|870|12",
        ],
    ),
    (
        "{1} index closes at {0} points",
        "The {1} index closed {2} percent higher at {0} points on {3}. Traders pointed to hopes of lower interest rates.\n\nAmong the winners were shares in {4}, which had raised its forecast. Banks and insurers lagged behind the market. In the bond market prices hardly moved.\n\nThis report is prepared automatically from data of the exchange and is not investment advice.",
        [
            "4,211.7|Halden|0.8|Monday|Velar",
            "4,298.3|Marrow|1.2|Wednesday|Norvolt",
            "4,105.9|Carrick|0.3|Friday|Senn Water",
            "4,377.0|Dunmore|2.1|Tuesday|Alder Ferries",
            "4,020.4|Ostermark|0.5|Thursday|Kestrel Foods",
        ],
    ),
    (
        "Weather for {0}: {1} degrees",
        "In {0} it will be mostly cloudy on {2} with highs of {1} degrees. In the night it cools down to {3} degrees. The wind blows weakly to moderately from the {4}.\n\nOn the following days it stays changeable with some sunny spells. The weather service advises hikers to take rain gear with them.\n\nThe forecast is updated four times a day.",
        [
            "Port Alder|14|Monday|6|north",
            "Halden|19|Tuesday|11|west",
            "Cape Farrow|9|Thursday|3|east",
            "Marrow|22|Saturday|13|south",
            "Tarn|11|Sunday|5|northwest",
        ],
    ),
    (
        "Accident on the {0} near {1}",
        "Two cars collided on the {0} near {1} on {2} evening. A man of {3} was taken to hospital with slight injuries, police said. The road was closed for {4} minutes.\n\nThe cause of the accident is being investigated. Police ask witnesses to come forward.\n\nThe fire service was on the spot with two vehicles and ten helpers.",
        [
            "A4|Linden|Monday|34|90",
            "B27|Carrick|Wednesday|58|45",
            "A11|Dunmore|Friday|22|120",
            "B3|Upper Linden|Saturday|71|30",
            "A7|Ostermark|Sunday|46|75",
        ],
    ),
    (
        "{0} raises profit to {1} million",
        "The {2} group {0} raised its profit to {1} million in the {3} quarter. Sales grew by {4} percent, the company said.\n\nFor the full year the management expects sales to grow in the middle single digits. The dividend is to stay stable.\n\nThe figures were in line with the expectations of analysts. The detailed report is published on the website of the company.",
        [
            "Velar|212|chip|second|7.4",
            "Norvolt|88|energy|first|3.1",
            "Kestrel Foods|41|food|third|5.9",
            "Alder Ferries|17|shipping|fourth|2.2",
            "Senn Water|63|utility|second|1.7",
        ],
    ),
    (
        "Police log: {0}",
        "In {0} unknown persons broke into a {1} in {2} Street in the night to {3}. They forced a window and took {4} crowns in cash.\n\nNobody was hurt. The police secured traces and ask anyone who noticed something suspicious to get in touch with the nearest station.\n\nThe crime prevention office gives advice on secure windows and doors free of charge.",
        [
            "Halden|bakery|Mill|Tuesday|450",
            "Tarn|pharmacy|Harbour|Friday|1,200",
            "Marrow|kiosk|Station|Sunday|80",
            "Vessel|garage|Church|Monday|2,300",
            "Dunmore|florist|Castle|Thursday|175",
        ],
    ),
    (
        "Air quality in {0}: {1}",
        "The air in {0} was {1} on {2}, the environment office reports. At the station in {3} Road {4} micrograms of fine dust per cubic metre were measured on the daily average.\n\nThe limit is 50 micrograms. Sensitive people should avoid long exertion outdoors when it is exceeded.\n\nThe office publishes the values of all stations every hour.",
        [
            "Halden|good|Monday|Park|18",
            "Marrow|moderate|Tuesday|Bridge|37",
            "Carrick|poor|Thursday|Ring|61",
            "Dunmore|very good|Saturday|Lake|9",
            "Ostermark|fair|Sunday|Tower|44",
        ],
    ),
    (
        "Lottery: the numbers of {0}",
        "The winning numbers of the draw of {0} are {1}. The bonus number is {2}.\n\nThe jackpot of {3} million was not won and rises to {4} million for the next draw.\n\nAll information without guarantee. Taking part is allowed from the age of 18; gambling can be addictive, and advice is available on the helpline free of charge at any time.",
        [
            "March 3|4, 11, 19, 27, 33, 41|7|12|14",
            "March 6|2, 9, 16, 28, 35, 48|3|14|16",
            "March 10|7, 13, 21, 22, 39, 45|9|16|18",
            "March 13|1, 8, 24, 30, 36, 42|5|18|20",
            "March 17|6, 10, 17, 25, 31, 47|2|20|23",
        ],
    ),
];

/// The reports of each template: headline and body.
pub fn reports() -> Vec<Vec<(String, String)>> {
    let fill = |text: &str, row: &str| {
        row.split('|').enumerate().fold(text.to_owned(), |t, (n, word)| t.replace(&format!("{{{n}}}"), word))
    };
    TEMPLATES
        .iter()
        .map(|(headline, body, rows)| rows.iter().map(|row| (fill(headline, row), fill(body, row))).collect())
        .collect()
}
