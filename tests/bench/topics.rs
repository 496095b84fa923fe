//! Topics and entities of an article of ordinary length, on one core.

use copydesk::assess::classify::entities::EntityFinder;
use copydesk::assess::classify::tokens::Words;
use copydesk::assess::classify::topics::TopicModel;
use divan::Bencher;
use divan::counter::ItemsCount;

/// About 2.6 KB: sixteen different articles, since one repeated would sit in the cache.
fn articles() -> Vec<String> {
    let sentences = [
        "Bramfield Foods said pre-tax profits fell 12 per cent in the second quarter as interest rates hit sales. ",
        "A jury at Harrowby Crown Court found the former accountant guilty of stealing from the pension trust. ",
        "The director's second film opened the festival, and its leading actress plays a pianist losing her hearing. ",
        "Substitute Rhys Calder scored twice in stoppage time as Westmere United won the cup semi-final. ",
        "Engineers have built a processor that runs machine learning software on a tenth of the energy. ",
        "The prime minister survived a vote of confidence in parliament after four of her own members rebelled. ",
        "Patients given the vaccine were half as likely to develop symptoms, doctors at Saint Anne's Hospital found. ",
        "Heavy snow and strong winds will sweep the north tonight with temperatures falling to minus nine degrees. ",
        "Nobody in the village could remember when the old bridge had been painted, or by whom it was paid for. ",
        "She said that it would take at least another year before anyone knew what the change had really meant. ",
        "On Thursday the committee will hear from three witnesses, none of whom has spoken in public before now. ",
    ];
    (0..16)
        .map(|n| (0..25).map(|i| sentences[(n * 7 + i * (n % 4 + 1)) % sentences.len()]).collect())
        .collect()
}

#[divan::bench]
fn topics(bencher: Bencher<'_, '_>) {
    let model = TopicModel::shipped().expect("a test compiles the shipped data");
    let articles = articles();
    bencher.counter(ItemsCount::new(articles.len())).bench(|| {
        articles.iter().map(|a| model.topics(&model.weigh(&Words::of(a), "en"), 0.5).len()).sum::<usize>()
    });
}

#[divan::bench]
fn entities(bencher: Bencher<'_, '_>) {
    let finder = EntityFinder::shipped();
    let articles = articles();
    bencher
        .counter(ItemsCount::new(articles.len()))
        .bench(|| articles.iter().map(|a| finder.find(a, &Words::of(a), "en", None).len()).sum::<usize>());
}
