//! Reports written from templates: alike in nearly every word, and each an article of its own.

/// Headline, body; `{n}` is the n-th word of a row.
const TEMPLATES: [(&str, &str, [&str; 5]); 10] = [
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
    (
        "The stars on Monday: {0}",
        "{0}: {1} Somebody from your past may cross your path, and {2}.\n\nWhoever reads the stars knows that haste is a poor adviser. The moon stands well for all who begin something new.\n\nOur stargazer answers letters on Thursdays. Love, work and health are looked at more closely in the magazine at the end of the week.",
        [
            "Aries|A debt that you had forgotten is paid back.|an evening stroll does wonders",
            "Libra|Postpone the journey, for the roads are long.|nobody keeps a secret for ever",
            "Pisces|At work it is better to bite your tongue.|a letter brings news that is old",
            "Taurus|The household asks for more than you can give.|what was lost lies in a drawer",
            "Gemini|Two doors open at once.|the smaller one leads to the garden",
        ],
    ),
];

/// Other languages and scripts, whose names no capital tells and whose digits are their own.
const ABROAD: [(&str, &str, [&str; 3]); 14] = [
    (
        "Einbruch in {0}",
        "Unbekannte sind in der Nacht zum {1} in {2} in {0} eingebrochen. Nach Angaben der Polizei hebelten sie ein Fenster auf und nahmen {3} mit.\n\nDie Kriminalpolizei hat Spuren gesichert. Zeugen, die in der Nacht verdächtige Personen oder Fahrzeuge beobachtet haben, werden gebeten, sich bei der nächsten Dienststelle zu melden.\n\nDie Polizei rät, Fenster und Türen auch bei kurzer Abwesenheit zu schließen. Beratung bietet die Dienststelle nach Vereinbarung an.",
        [
            "Seehausen|Dienstag|eine Bäckerei|Bargeld",
            "Talheim|Freitag|ein Autohaus|mehrere Werkzeuge",
            "Moorbach|Sonntag|einen Kindergarten|einen Rechner",
        ],
    ),
    (
        "Collision à {0}",
        "Une collision s'est produite {1} à {0}. Deux voitures se sont heurtées {2} et les pompiers ont pris en charge {3}.\n\nLes secours sont intervenus avec plusieurs véhicules et la circulation a été interrompue pendant près de deux heures. La gendarmerie a ouvert une enquête pour déterminer les circonstances.\n\nLa préfecture appelle les automobilistes à la prudence et rappelle que la vitesse reste la première cause de mortalité sur les routes du département.",
        [
            "Montbrun|lundi soir|sur la départementale|un blessé léger",
            "Rocheval|jeudi matin|à l'entrée du bourg|deux blessés graves",
            "Clairfont|samedi midi|devant le stade|une mère et son enfant",
        ],
    ),
    (
        "{0}で震度{1}の地震",
        "気象台によると、{2}日午後{3}時ごろ、{0}を震源とする地震があり、最大震度{1}を観測した。震源の深さは約{4}キロと推定される。\n\n気象台は、揺れの強かった地域では落石や崖崩れの危険が高まっているとして、今後の地震活動や雨の状況に注意するよう呼びかけている。\n\n警察や消防によると、これまでのところ、けが人や建物の被害の情報は入っていないという。鉄道各社は安全を確認するため一時運転を見合わせた。",
        ["白浜沖|４|１３|９|３０", "北潟沖|３|２１|４|５０", "青野西部|４|２７|１１|７０"],
    ),
    (
        "{0}で乗用車が衝突、{1}けが",
        "{2}の夜、{0}の国道で乗用車同士が正面衝突し、{1}が病院に運ばれた。命に別条はないという。\n\n警察によると、現場は片側一車線の緩やかなカーブで、一方の車が対向車線にはみ出したとみられる。警察は運転手から事情を聴いている。\n\nこの事故で国道は上下線ともおよそ二時間にわたって通行止めとなり、周辺の道路では渋滞が発生した。",
        ["高原市|会社員の男性|月曜日", "松崎市|大学生の女性|水曜日", "米沢町|無職の男性|金曜日"],
    ),
    (
        "{0}警方破获盗窃案",
        "{0}警方近日破获一起盗窃案，抓获犯罪嫌疑人{1}，追回被盗的{2}。\n\n据警方介绍，接到报案后，民警立即赶赴现场开展勘查工作，并调取了周边的监控录像。经过连续多日的侦查，最终锁定了嫌疑人的身份。\n\n经审讯，嫌疑人对自己的犯罪事实供认不讳。目前案件正在进一步办理之中。警方提醒市民外出时关好门窗，妥善保管财物。",
        ["东河区|赵某|三辆电动车", "西岭区|孙某|两台笔记本电脑", "南桥区|周某|一批金银首饰"],
    ),
    (
        "هزة أرضية بقوة {0} قرب {1}",
        "ضربت هزة أرضية بقوة {0} درجات {1} يوم {2} بحسب ما أعلن المركز الوطني لرصد الزلازل، وكان مركزها على عمق {3} كيلومترات.\n\nوقال المركز إن سكان المناطق المجاورة شعروا بالهزة. ولم ترد على الفور تقارير عن وقوع إصابات أو أضرار مادية.\n\nودعت السلطات المواطنين إلى توخي الحذر واتباع إرشادات السلامة العامة، مؤكدة أن فرق الدفاع المدني في حالة تأهب.",
        ["٤٫٦|الساحل الشرقي|الاثنين|١٠", "٥٫١|جزيرة المرجان|الخميس|٢٢", "٤٫٩|وادي النخيل|الأحد|١٤"],
    ),
    (
        "حريق في {0}",
        "اندلع حريق في {0} مساء {1} وتمكنت فرق الإطفاء من السيطرة على النيران التي أتت على {2} من دون وقوع إصابات.\n\nوقال الدفاع المدني إن سيارات الإطفاء وصلت خلال دقائق وإن التحقيق جار لمعرفة أسباب الحريق. وأغلقت الشرطة الشوارع المحيطة بالمكان.\n\nودعت السلطات المواطنين إلى فحص التمديدات الكهربائية في منازلهم بصورة دورية.",
        ["سوق الميناء|الاثنين|عشرة محال", "مصنع الأثاث|الأربعاء|مخزن للأخشاب", "مدرسة قديمة|الجمعة|قاعة للرياضة"],
    ),
    (
        "{0}서 승용차 추락, {1} 부상",
        "{2} 밤 {0}의 한 도로에서 승용차가 가드레일을 들이받고 하천으로 추락해 운전자인 {1}가 다쳐 병원으로 옮겨졌다.\n\n경찰은 운전자가 빗길에 미끄러지면서 사고가 난 것으로 보고 정확한 경위를 조사하고 있다. 운전자는 음주 상태가 아니었던 것으로 확인됐다.\n\n소방당국은 구급차와 구조대를 현장에 보내 운전자를 구조했으며 하천으로 기름이 흘러드는 것을 막기 위해 방제 작업을 벌였다.",
        ["강림|남성 김모씨|월요일", "해원|여성 이모씨|수요일", "산천|남성 박모씨|토요일"],
    ),
    (
        "{0} मंडी में गेहूं {1} रुपये",
        "{0} मंडी में {2} को गेहूं का भाव {1} रुपये प्रति क्विंटल रहा। व्यापारियों के अनुसार कुल {3} बोरी की आवक दर्ज की गई।\n\nकिसानों का कहना है कि इस बार फसल अच्छी हुई है, लेकिन भाव उम्मीद के मुताबिक नहीं मिल रहे हैं। व्यापारियों ने कहा कि मांग बढ़ने से कीमतों में सुधार हो सकता है।\n\nमंडी समिति ने किसानों से अपील की है कि वे अपनी उपज को अच्छी तरह सुखाकर ही मंडी में लाएं।",
        ["रामगढ़|२१४०|सोमवार|४५००", "सीतानगर|२२१५|बुधवार|३८२०", "हरिपुर|२०९०|शुक्रवार|५१६०"],
    ),
    (
        "מזג האוויר ב{0}",
        "השירות המטאורולוגי מסר כי ב{0} צפוי מזג אוויר {1} ביום {2}. הרוחות יהיו חלשות עד בינוניות מכיוון {3}.\n\nבהמשך השבוע לא צפוי שינוי ניכר, ובסוף השבוע תיתכן עלייה קלה במידות החום. השירות ממליץ למטיילים להצטייד בכובע ובמים ולהימנע משהייה ממושכת בשמש.\n\nהתחזית מתעדכנת ארבע פעמים ביום באתר השירות המטאורולוגי.",
        ["חיפה|שרבי|ראשון|מערב", "אילת|נאה|שלישי|צפון", "טבריה|מעונן חלקית|חמישי|מזרח"],
    ),
    (
        "แผ่นดินไหวขนาด {0} ที่{1}",
        "เกิดแผ่นดินไหวขนาด {0} เมื่อเช้าวัน{2} จุดศูนย์กลางอยู่ที่{1} ลึกจากผิวดิน {3} กิโลเมตร ศูนย์เฝ้าระวังแจ้ง\n\nยังไม่มีรายงานความเสียหายหรือผู้บาดเจ็บ ชาวบ้านในหลายตำบลรู้สึกได้ถึงแรงสั่น\n\nศูนย์เฝ้าระวังระบุว่าแรงสั่นระดับนี้เกิดขึ้นบ่อยในภูมิภาค และขอให้ผู้ที่รู้สึกได้ส่งข้อมูลเข้ามาทางเว็บไซต์",
        ["๔.๖|อำเภอธารแก้ว|จันทร์|๑๐", "๕.๑|อำเภอเขาแดง|พฤหัสบดี|๒๒", "๔.๙|อำเภอบึงหลวง|อาทิตย์|๑๔"],
    ),
    (
        "ไฟไหม้{0} ไม่มีผู้บาดเจ็บ",
        "เกิดเหตุไฟไหม้{0}ในคืนวัน{1} เพลิงเผา{2}เสียหาย เจ้าหน้าที่ดับเพลิงควบคุมเพลิงไว้ได้โดยไม่มีผู้บาดเจ็บ\n\nหัวหน้าสถานีดับเพลิงเผยว่ารถดับเพลิงไปถึงที่เกิดเหตุภายในไม่กี่นาที ส่วนสาเหตุอยู่ระหว่างการสอบสวน ตำรวจปิดถนนโดยรอบจนถึงเช้า\n\nทางการเตือนประชาชนให้ตรวจสอบสายไฟในบ้านอย่างสม่ำเสมอ และอย่าทิ้งเตาไว้โดยไม่มีคนดูแล",
        ["ตลาดท่าเรือเก่า|จันทร์|แผงค้าแถวหน้า", "โรงเลื่อยบ้านหนองไผ่|พุธ|กองไม้สัก", "โรงเรียนวัดดอนทราย|ศุกร์|อาคารพลศึกษา"],
    ),
    (
        "อาลัย{0}",
        "{0} ผู้เป็น{1}ของ{2}มานานหลายปี จากไปอย่างสงบหลังล้มป่วยไม่นาน ครอบครัวแจ้งข่าว\n\nเพื่อนฝูงจดจำในฐานะคนใจดีและมีอารมณ์ขัน มีเวลาให้ผู้อื่นเสมอและไม่เคยหวังคำขอบคุณ\n\nพิธีจะจัดขึ้นภายในครอบครัว ขอผู้ประสงค์จะส่งพวงหรีดเปลี่ยนเป็นการบริจาคแก่สถานดูแลผู้ป่วยในท้องถิ่น",
        ["ครูเอื้อง แสนสุข|ครูดนตรี|อำเภอธารแก้ว", "ลุงธนู รักเรือ|นายท่า|อำเภอเขาแดง", "ป้าดาว ขนมหอม|แม่ครัว|อำเภอบึงหลวง"],
    ),
    (
        "今日の星占い {0}",
        "{0}のあなた。{1}昔の知り合いに出会うかもしれない。{2}。\n\n星を読む人は、急ぐことが良い助言者ではないと知っている。月は新しいことを始める人すべてにとって良い位置にある。\n\n占星術師が木曜日に手紙に答える。恋愛、仕事、健康については週末の別冊で詳しく取り上げる。",
        [
            "おひつじ座|忘れていた貸しが返ってくる。|夕方の散歩が効く",
            "てんびん座|旅は延ばした方がよい。|秘密はいつまでも守れない",
            "うお座|職場では言葉を慎んで。|なくした物は引き出しにある",
        ],
    ),
];

/// The reports of each template: headline and body.
pub fn reports() -> Vec<Vec<(String, String)>> {
    let fill = |text: &str, row: &str| {
        row.split('|').enumerate().fold(text.to_owned(), |t, (n, word)| t.replace(&format!("{{{n}}}"), word))
    };
    let at_home = TEMPLATES.iter().map(|(headline, body, rows)| (headline, body, rows.as_slice()));
    let abroad = ABROAD.iter().map(|(headline, body, rows)| (headline, body, rows.as_slice()));
    at_home
        .chain(abroad)
        .map(|(headline, body, rows)| rows.iter().map(|row| (fill(headline, row), fill(body, row))).collect())
        .collect()
}
