#!/usr/bin/env python3
"""Writes the labelled pages of `tests/kinds/*.jsonl` from the wording of eight languages.

    python3 tests/kinds/generate.py

A site is a language with a layout: twenty-four sites, each with its own class names, page frame, URL
form and habits of metadata, and each with one page of every kind. Cross-validation holds out whole
sites or languages, so that neither a site's markup nor its wording can be learnt by heart.
"""
import json, pathlib, random, re, tomllib

HERE = pathlib.Path(__file__).parent
LANGUAGES = ["en", "de", "fr", "es", "it", "pt", "ru", "ja"]

# Class names: what sites call the same things. Hashed and utility names say nothing on purpose.
WORDS = ["wrap", "head", "nav", "main", "side", "foot", "item", "title", "text", "meta", "cap", "btn", "box", "lead"]
DIALECTS = [
    dict(zip(WORDS, "wrapper site-header main-nav content sidebar site-footer post entry-title entry-content entry-meta wp-caption-text button widget excerpt".split())),
    dict(zip(WORDS, "css-1x2 css-9ab css-7qq css-m4n css-0pz css-l1k css-t8t css-h5h css-b2b css-y3y css-c6c css-u7u css-k0k css-e4e".split())),
    dict(zip(WORDS, "o-page o-header o-header__nav o-main o-rail o-footer c-teaser c-headline c-richtext c-meta c-figure__caption c-button c-box c-standfirst".split())),
    dict(zip(WORDS, "container navbar nav-list col-md-8 col-md-4 bottom card h2 body small figure-caption btn-default panel intro".split())),
    dict(zip(WORDS, "flex-col sticky flex-row w-2/3 w-1/3 mt-8 p-4 text-3xl prose text-sm text-xs rounded border text-lg".split())),
    dict(zip(WORDS, "seite kopf navi inhalt rechts fuss teaser ueberschrift absatz info bildtext knopf kasten vorspann".split())),
    dict(zip(WORDS, "pg hd mn ct rt ft it tt tx mt cp bt bx ld".split())),
    dict(zip(WORDS, "layout masthead menu story-zone aside colophon river-item hed grafs stamp caption cta promo dek".split())),
]


class Site:
    def __init__(self, code, words, number, variant):
        self.code, self.w, self.variant = code, words, variant
        self.random = random.Random(f"{code}{variant}")
        self.c = DIALECTS[(number * 3 + variant * 5) % len(DIALECTS)]
        self.frame = [frame_divs, frame_semantic, frame_table, frame_app][(number + variant * 3) % 4]
        self.domain = f"{'www.' if variant else ''}{['', 'm-', 'le-'][variant] if variant < 2 else 'neue-'}{words['site']['domain']}"
        self.metadata = ["rich", "generic", "none"][(number + variant) % 3]
        self.id = f"{code}{variant}"

    def slug(self, text):
        ascii_ = re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")
        return ascii_ if len(ascii_) > 8 else f"item-{sum(map(ord, text)) % 9973}"

    def url(self, section, text, number=None):
        n = number or sum(map(ord, text)) * 37 % 900000 + 100000
        form = (LANGUAGES.index(self.code) + self.variant) % 4
        path = [f"/{section}/{self.slug(text)}-{n}.html", f"/2025/09/12/{self.slug(text)}/",
                f"/{section}/{n}", f"/index.php?id={n}&section={section}"][form]
        return f"https://{self.domain}{path}"

    # -- pieces of pages
    def head(self, title, description="", og="article", ld=None, extra=""):
        out = [f"<title>{title}{['', ' - ' + self.w['site']['name'], ' | ' + self.w['site']['name']][self.variant]}</title>"]
        if self.metadata != "none":
            out.append(f'<meta property="og:title" content="{title}"><meta property="og:site_name" content="{self.w["site"]["name"]}">')
            out.append(f'<meta property="og:type" content="{og if self.metadata == "rich" else "website"}">')
            if description:
                out.append(f'<meta name="description" content="{description}">')
        if self.metadata == "rich" and ld:
            out.append('<script type="application/ld+json">' + json.dumps({"@context": "https://schema.org", **ld}, ensure_ascii=False) + "</script>")
        if self.metadata == "generic":
            out.append('<script type="application/ld+json">' + json.dumps({"@context": "https://schema.org", "@type": "WebPage", "name": title, "publisher": {"@type": "Organization", "name": self.w["site"]["name"]}}, ensure_ascii=False) + "</script>")
        out.append(f"<style>.{self.c['nav'].replace('/', '-')}{{display:flex}}.{self.c['item'].replace('/', '-')}{{padding:{self.random.randint(4, 24)}px}}</style>")
        out.append("<script>window.q=window.q||[];q.push(['page',%d])</script>" % self.random.randint(1000, 9999))
        return "".join(out) + extra

    def links(self, texts, tag="li"):
        return "".join(f'<{tag}><a href="/{self.slug(t)}">{t}</a></{tag}>' for t in texts)

    def paragraphs(self, texts):
        how = (LANGUAGES.index(self.code) + self.variant) % 3
        if how == 0:
            return "".join(f"<p>{t}</p>" for t in texts)
        if how == 1:
            return "".join(f'<div class="{self.c["text"]}">{t}</div>' for t in texts)
        return "<p>" + "<br><br>".join(texts) + "</p>"

    def items(self, pairs, summaries=True, images=True, dates=False):
        out = []
        for n, (title, summary) in enumerate(pairs):
            image = f'<img src="/t/{n}.jpg" alt="">' if images else ""
            date = f"<span class=\"{self.c['meta']}\">{12 - n % 9}.09.2025</span>" if dates else ""
            text = f'<p class="{self.c["lead"]}">{summary}</p>' if summaries else ""
            out.append([f'<div class="{self.c["item"]}">{date}<a href="/{self.slug(title)}">{image}<h3>{title}</h3></a>{text}</div>',
                        f'<li>{date}<a href="/{self.slug(title)}">{title}</a> {summary if summaries else ""}</li>',
                        f'<article class="{self.c["item"]}"><h2><a href="/a/{n}">{title}</a></h2>{date}{text}</article>'][self.variant])
        return "".join(out)

    def pairs(self):
        return [tuple(i.split("|")) for i in self.w["listing"]["items"]]

    def related(self):
        return f'<div class="{self.c["box"]}"><h4>{self.w["site"]["related"]}</h4><ul>{self.links([t for t, _ in self.pairs()[2:5]])}</ul></div>'

    def share(self):
        return f'<div class="{self.c["meta"]}">' + "".join(f'<a href="#{n}">{t}</a> ' for n, t in enumerate(self.w["site"]["share"])) + "</div>"


def habits(s):
    """What a site puts on every page of it, whatever the page is: the reason that no single word or mark
    may decide."""
    w, c, out = s.w, s.c, []
    r = random.Random(f"habits {s.id}")
    if r.random() < 0.35:
        out.append(f'<div class="cmp" role="dialog"><p>{w["consent"]["p"][0]}</p><button>{w["consent"]["b"][0]}</button><button>{w["consent"]["b"][2]}</button></div>')
    if r.random() < 0.35:
        out.append(f'<div class="{c["box"]}"><form><input name="u" placeholder="{w["login"]["user"]}"><input type="password" name="p"><button>{w["login"]["b"]}</button></form><a href="/reset">{w["login"]["p"][0]}</a></div>')
    if r.random() < 0.3:
        out.append(f'<div class="{c["side"]}"><h4>Shop</h4><p><a href="https://shop.{s.domain}/1">{w["product"]["h"]}</a> {w["product"]["price"]}</p><p>{w["product"]["words"][0]}</p></div>')
    if r.random() < 0.3:
        out.append(f'<div class="{c["box"]}"><h4>{w["video"]["label"]}</h4><video preload="none"></video><ul>{s.links(w["video"]["more"])}</ul></div>')
    if r.random() < 0.3:
        out.append(f'<div class="{c["box"]}"><h4>{w["podcast"]["label"]}</h4><a href="/podcast/1">{w["podcast"]["h"]}</a> <a href="#s">{w["podcast"]["words"][1]}</a></div>')
    if r.random() < 0.3:
        out.append(f'<div class="{c["box"]}"><h4>{w["job"]["words"][3]}</h4><a href="https://jobs.{s.domain}">{w["job"]["h"]}</a></div>')
    if r.random() < 0.4:
        out.append("".join(f'<div class="{c["item"]}"><a href="/m/{n}"><h3>{t}</h3></a><p>{d}.</p></div>' for n, (t, d) in enumerate(s.pairs())))
    if r.random() < 0.3:
        out.append(f'<p>{w["paywall"]["b"]}: <a href="/subscribe">{w["paywall"]["p"][1]}</a></p>')
    return "".join(out)


# -- page frames
def frame_divs(s, main):
    c, w = s.c, s.w["site"]
    return f'<div class="{c["wrap"]}"><div class="cookie">{w["cookie"]} <button>OK</button></div><div class="{c["head"]}"><a href="/">{w["name"]}</a><div class="{c["nav"]}"><ul>{s.links(w["nav"])}</ul></div></div><div class="{c["main"]}">{main}</div><div class="{c["foot"]}"><ul>{s.links(w["foot"])}</ul><p>&copy; 2025 {w["name"]}</p></div></div>'


def frame_semantic(s, main):
    c, w = s.c, s.w["site"]
    side = s.links([t for t, _ in s.pairs()[4:9]])
    return f'<header class="{c["head"]}"><a href="/">{w["name"]}</a><nav>{s.links(w["nav"], "span")}</nav><form action="/search"><input name="q"></form><a href="/login">{s.w["login"]["b"]}</a></header><main class="{c["main"]}">{main}</main><aside class="{c["side"]}"><ol>{side}</ol><p>{w["newsletter"]}</p></aside><footer class="{c["foot"]}">{s.links(w["foot"], "span")}</footer>'


def frame_table(s, main):
    w = s.w["site"]
    return f'<table width="100%"><tr><td colspan="2"><b>{w["name"]}</b><br>{s.links(w["nav"], "b")}</td></tr><tr><td valign="top">{main}</td><td width="160">{s.links([t for t, _ in s.pairs()[5:8]], "p")}</td></tr><tr><td colspan="2">{s.links(w["foot"], "font")}</td></tr></table>'


def frame_app(s, main):
    c, w = s.c, s.w["site"]
    return f'<div id="app"><div class="{c["head"]}">{s.links(w["nav"], "div")}</div><section class="{c["main"]}">{main}</section><div class="{c["box"]}">{w["newsletter"]}<form><input type="email"><button>{w["share"][1]}</button></form></div><div class="{c["foot"]}">{s.links(w["foot"], "div")}</div></div><script src="/static/app.js"></script>'


def document(s, head, main, frame=None):
    return f'<!DOCTYPE html><html lang="{s.code}"><head><meta charset="utf-8">{head}</head><body>{(frame or s.frame)(s, main)}{"" if frame else habits(s)}</body></html>'


def bare(s, main):
    return f'<div class="{s.c["wrap"]}">{main}</div>'


def prose(s, most):
    """Up to `most` paragraphs that people wrote on a page of any kind: show notes, reviews, descriptions."""
    pool = s.w["opinion"]["p"] + s.w["story"]["p"] + s.w["story"]["p2"]
    return s.paragraphs(s.random.sample(pool, s.random.randint(0, most)))


# -- kinds: each returns url, head, main, and the frame where it has one of its own
def article(s):
    w = s.w["story"]
    second = s.variant == 2
    h, p = (w["h2"], w["p2"]) if second else (w["h"], w["p"])
    ld = {"@type": "NewsArticle", "headline": h, "datePublished": "2025-09-12T06:00:00Z", "author": {"@type": "Person", "name": w["author"]}}
    # Stories and opinions are of any length, so that length does not tell them apart.
    p = p + s.random.sample(w["p"] + w["p2"] + s.w["press"]["p"], s.random.choice([0, 0, 4, 9]))
    body = s.paragraphs(p[:2]) + (s.related() if s.variant != 1 else "") + s.paragraphs(p[2:])
    lead = "" if second else f'<p class="{s.c["lead"]}">{w["s"]}</p>'
    figure = f'<figure><img src="/1.jpg"><figcaption class="{s.c["cap"]}">{s.w["gallery"]["c"][0]}</figcaption></figure>' if s.variant == 1 else ""
    comments = f'<div class="comments"><h3>{s.w["site"]["comments"]}</h3><p>{s.w["opinion"]["p"][0]}</p></div>' if s.variant == 0 else ""
    return s.url("news", h), s.head(h, w["s"], ld=ld), f'<h1>{h}</h1>{lead}<div class="{s.c["meta"]}">{w["author"]} | {w["date"]}</div>{s.share()}{figure}{body}{comments}'


def opinion(s):
    w = s.w["opinion"]
    ld = {"@type": "OpinionNewsArticle" if s.variant == 0 else "NewsArticle", "headline": w["h"], "articleSection": w["label"]}
    section = ["opinion", "kommentar" if s.code == "de" else "opinions", "news"][s.variant]
    label = f'<div class="{s.c["meta"]}">{w["label"]}</div>'
    note = f'<p><i>{w["author"]}</i></p>'
    p = w["p"] + s.random.sample(s.w["story"]["p"] + s.w["story"]["p2"] + w["p"], s.random.choice([0, 3, 8, 12]))
    return s.url(section, w["h"]), s.head(w["h"], w["p"][0][:90], ld=ld), f'{label}<h1>{[w["h"], w["label"] + ": " + w["h"], w["h"]][s.variant]}</h1><div class="{s.c["meta"]}">{w["author"]}, {s.w["story"]["date"]}</div>{s.share()}{s.paragraphs(p)}{note}{s.related()}'


def live_blog(s):
    w = s.w["live"]
    entries = [e.split("|") for e in w["e"]]
    ld = {"@type": "LiveBlogPosting", "headline": w["h"], "coverageStartTime": "2025-09-12T06:00:00Z", "liveBlogUpdate": [{"@type": "BlogPosting", "headline": h, "articleBody": t} for h, t in entries]}
    times = ["18:42", "17:05", "15:30", "12:11", "9:58"]
    rows = []
    for t, (h, text) in zip(times, entries):
        rows.append([f'<div class="{s.c["item"]}"><time datetime="2025-09-12T{t.zfill(5)}">{t}</time><h3>{h}</h3><p>{text}</p></div>',
                     f'<section><span class="{s.c["meta"]}">{t.replace(":", ".")} Uhr</span><p><b>{h}</b><br>{text}</p></section>' if s.code == "de" else f'<section><span class="{s.c["meta"]}">{t}</span><p><b>{h}</b><br>{text}</p></section>',
                     f'<p><strong>{t}</strong> {text}</p>'][s.variant])
    path = ["live", "news", "ticker"][s.variant]
    return s.url(path, w["h"]), s.head(w["h"], entries[0][1], ld=ld), f'<h1>{w["h"]}</h1><p class="{s.c["meta"]}">{w["label"]}</p><p>{s.w["story"]["s"]}</p>{"".join(rows)}{s.related()}'


def brief(s):
    w = s.w["brief"]
    ld = {"@type": "NewsArticle", "headline": w["h"]}
    label = f'<p class="{s.c["meta"]}">{w["label"]}</p>' if s.variant != 1 else ""
    return s.url(["brief", "news", "news"][s.variant], w["h"]), s.head(w["h"], w["p"], ld=ld), f'{label}<h1>{w["h"]}</h1><div class="{s.c["meta"]}">{s.w["story"]["date"]}</div>{s.paragraphs([w["p"]])}{s.share()}'


def press_release(s):
    w = s.w["press"]
    text = s.paragraphs(w["p"]) + s.paragraphs(s.random.sample(s.w["story"]["p"], s.random.randint(0, 4))) + f'<h3>{w["about"]}</h3>' + s.paragraphs([w["about_p"]]) + f'<h3>{w["contact"]}</h3><p>{w["contact_p"]}</p>'
    label = [f'<p class="{s.c["meta"]}">{w["label"]}</p>', "", f"<h4>{w['label']}</h4>"][s.variant]
    url = f"https://{['news', 'presse', 'www'][s.variant]}.{s.slug(w['contact_p'].split('@')[1].split('.')[0])}.example/" + ["press-releases/2025/opening", "presse/meldungen/4711", "investors/news/opening-2025"][s.variant]
    return url, s.head(w["h"], w["p"][0][:100], og="website"), f'{label}<h1>{w["h"]}</h1>{text}'


def gallery(s):
    w = s.w["gallery"]
    ld = {"@type": "ImageGallery", "name": w["h"]}
    slides = "".join([f'<figure><img src="/g/{n}.jpg" alt=""><figcaption class="{s.c["cap"]}">{n + 1}/{len(w["c"])} {c}</figcaption></figure>',
                      f'<div class="{s.c["item"]}"><img src="/g/{n}.jpg"><p class="{s.c["cap"]}">{c}</p></div>',
                      f'<li><img src="/g/{n}.jpg"><span>{n + 1} / {len(w["c"])}</span> {c}</li>'][s.variant] for n, c in enumerate(w["c"]))
    return s.url(["gallery", "foto", "news"][s.variant], w["h"]), s.head(w["h"], w["p"], ld=ld), f'<h1>{w["h"]}</h1><p>{w["p"]}</p>{prose(s, 3)}<div class="slideshow">{slides}</div>'


def video(s):
    w = s.w["video"]
    ld = {"@type": "VideoObject", "name": w["h"], "description": w["p"], "duration": "PT1M20S", "uploadDate": "2025-09-12"}
    player = [f'<video controls poster="/p.jpg"><source src="/v.mp4"></video><button>{w["words"][0]}</button>',
              f'<div class="player" data-video-id="88121"><div class="{s.c["btn"]}">{w["words"][0]}</div><span>01:20</span></div>',
              f'<iframe src="https://player.example/embed/88121" allowfullscreen></iframe><p>{w["words"][1]}: 1:20</p>'][s.variant]
    return s.url(["video", "videos", "mediathek"][s.variant], w["h"]), s.head(w["h"], w["p"], og="video.other", ld=ld), f'{player}<h1>{w["h"]}</h1><p>{w["p"]}</p>{prose(s, 3)}<h3>{w["words"][2]}</h3><ul>{s.links(w["more"])}</ul>'


def podcast(s):
    w = s.w["podcast"]
    ld = {"@type": "PodcastEpisode", "name": w["h"], "partOfSeries": {"@type": "PodcastSeries", "name": w["label"]}}
    player = [f'<audio controls src="/e.mp3"></audio>', f'<div class="player"><button>{w["words"][0]}</button> 00:00 / 42:10</div>', f'<a href="https://cdn.example/e.mp3">{w["words"][2]}</a> 38 min'][s.variant]
    return s.url(["podcast", "podcasts", "audio"][s.variant], w["h"]), s.head(w["h"], w["p"][0], og="music.song", ld=ld), f'<p>{w["label"]}</p><h1>{w["h"]}</h1>{player}{s.paragraphs(w["p"])}{prose(s, 5)}<p><a href="#s">{w["words"][1]}</a> <a href="/all">{w["words"][3]}</a></p>'


def listing(s):
    w = s.w["listing"]
    url = [f"https://{s.domain}/", f"https://{s.domain}/news/", f"https://{s.domain}/index.html"][s.variant]
    ld = {"@type": "CollectionPage", "name": w["title"]} if s.variant else {"@type": "WebSite", "name": s.w["site"]["name"]}
    # A front page is long: the same river again under each section, and some summaries are sentences.
    rivers = "".join(f'<section><h2><a href="/s/{n}">{name}</a></h2>{s.items([(t, d + "." * (n % 2)) for t, d in s.pairs()[n % 4:]], summaries=s.variant != 1, images=n % 2 == 0)}</section>' for n, name in enumerate(s.w["site"]["nav"][1:s.random.randint(2, 8)]))
    heading = f'<h1>{w["title"]}</h1>' if LANGUAGES.index(s.code) % 2 else ""
    return url, s.head(w["title"], w["title"], og="website", ld=ld), f'{heading}{s.items(s.pairs(), summaries=s.variant != 1)}<a href="?page=2">{w["more"]}</a>{rivers}{s.related()}'


def topic_page(s):
    w = s.w["topic"]
    url = f"https://{s.domain}/" + ["tag/", "thema/" if s.code == "de" else "topics/", "dossier/"][s.variant] + s.slug(w["name"])
    intro = f'<p>{w["text"]}</p>' + prose(s, 1)
    return url, s.head(f'{w["name"]}: {w["text"]}' if s.variant else w["name"], w["text"], og="website", ld={"@type": "CollectionPage", "name": w["name"]}), f'<p>{w["label"]}</p><h1>{w["name"]}</h1>{intro}<button>{w["follow"]}</button>{s.items(s.pairs()[:6], dates=True, images=s.variant == 0)}<p>1 <a href="?page=2">2</a> <a href="?page=3">3</a> <a href="?page=2">{s.w["listing"]["more"]}</a></p>'


def consent(s):
    w = s.w["consent"]
    buttons = "".join(f'<button class="{s.c["btn"]}">{b}</button>' for b in w["b"])
    more = f'<p>{s.w["site"]["cookie"]}</p>' if s.variant else ""
    more += f'<p>{s.w["paywall"]["p"][0]} {s.w["paywall"]["p"][1]}</p><p>{" ".join(w["p"])} {s.w["site"]["cookie"]}</p>' if s.random.random() < 0.5 else ""
    return s.url("news", s.w["story"]["h"]), s.head(w["h"] if s.variant else s.w["site"]["name"], og="website"), f'<div role="dialog"><h1>{w["h"]}</h1>{"".join(f"<p>{p}</p>" for p in w["p"])}{more}{buttons}<p>{s.links(s.w["site"]["foot"][:3], "span")}</p></div>', bare


def paywall(s):
    w, p = s.w["story"], s.w["paywall"]
    ld = {"@type": "NewsArticle", "headline": w["h"], "isAccessibleForFree": False}
    text = [w["p"][0]] if s.variant != 1 else [w["p"][0], w["p"][1][: len(w["p"][1]) // 2] + " …"]
    wall = f'<div class="{["paywall", s.c["box"], "piano-offer"][s.variant]}"><h3>{p["h"]}</h3><p>{p["p"][0]}</p><button>{p["b"]}</button><p><a href="/login">{p["p"][1]}</a></p></div>'
    return s.url("news", w["h"]), s.head(w["h"], w["s"], ld=ld), f'<h1>{w["h"]}</h1><p class="{s.c["lead"]}">{w["s"]}</p><div class="{s.c["meta"]}">{w["author"]} | {w["date"]}</div>{s.paragraphs(text)}{wall}{s.related()}'


def error_page(s):
    w = s.w["error"]
    which = 1 if s.variant == 1 else 0
    number = "<h2>404</h2>" if s.variant == 0 else ""
    popular = s.items(s.pairs()[: s.random.randint(3, 9)]) if s.variant == 2 else ""
    title = s.w["site"]["name"] if s.variant == 2 else w["h"][which]
    return s.url("news", s.w["story"]["h2"]), s.head(title, og="website"), f'{number}<h1>{w["h"][which]}</h1><p>{w["p"][which]}</p><form action="/search"><input name="q"></form>{popular}'


def login(s):
    w = s.w["login"]
    url = [f"https://{s.domain}/login", f"https://{s.domain}/account/signin?return=/news/1", s.url("news", s.w["story"]["h"])][s.variant]
    form = f'<form method="post"><label>{w["user"]}</label><input name="u"><label>{w["pass"]}</label><input type="password" name="p"><label><input type="checkbox"> {w["p"][2]}</label><button>{w["b"]}</button></form>'
    return url, s.head(w["h"], og="website"), f'<h1>{w["h"]}</h1>{form}<p><a href="/reset">{w["p"][0]}</a></p><p><a href="/register">{w["p"][1]}</a></p>', bare if s.variant == 0 else None


def product(s):
    w = s.w["product"]
    ld = {"@type": "Product", "name": w["h"], "offers": {"@type": "Offer", "price": "1", "priceCurrency": "EUR"}}
    url = f"https://shop.{s.domain}/" + ["product/", "p/88231-", "item?sku="][s.variant] + s.slug(w["h"])
    text = s.paragraphs(w["p"])
    others = "".join("<div><a href=/p/%d>%s</a> %s</div>" % (n, t, w["price"]) for n, (t, _) in enumerate(s.pairs()[:3]))
    specs = f'<h3>{w["words"][3]}</h3><table><tr><td>SKU</td><td>88231</td></tr></table><h3>{w["words"][2]} (17)</h3><p>★★★★★</p>{prose(s, 4)}'
    return url, s.head(w["h"], w["p"][0], og="product", ld=ld), f'<h1>{w["h"]}</h1><b>{w["price"]}</b><p>{w["words"][1]} · {w["words"][0]}</p><button>{w["buy"]}</button>{text}{prose(s, 2)}{specs}<h3>{w["words"][4]}</h3>{others}'


def job(s):
    w = s.w["job"]
    ld = {"@type": "JobPosting", "title": w["h"], "datePosted": "2025-09-01", "hiringOrganization": {"@type": "Organization", "name": w["company"]}}
    url = f"https://{['jobs.', '', 'karriere.'][s.variant]}{s.domain}/" + ["vacancy/", "jobs/", "stellen/"][s.variant] + "1182044"
    rows = lambda items: "<ul>" + "".join(f"<li>{i}</li>" for i in items) + "</ul>"
    t = w["words"]
    return url, s.head(w["h"], w["intro"], og="website", ld=ld), f'<h1>{w["h"]}</h1><p>{w["company"]}</p><p>{w["intro"]}</p>{prose(s, 2)}<p>{s.w["press"]["about_p"]}</p><h3>{t[0]}</h3>{rows(w["tasks"])}<h3>{t[1]}</h3>{rows(w["reqs"])}<h3>{t[2]}</h3>{rows(w["offer"])}<a class="{s.c["btn"]}" href="/apply">{t[3]}</a>'


def feed(s):
    """A machine's page: RSS, Atom or a sitemap, served as if it were text for people."""
    w = s.w["listing"]
    rows = s.pairs()
    if s.variant == 0:
        body = f'<?xml version="1.0" encoding="UTF-8"?><rss version="2.0"><channel><title>{w["title"]}</title><link>https://{s.domain}/</link><description>{w["title"]}</description>' + "".join(f"<item><title>{t}</title><link>https://{s.domain}/{n}</link><description>{d}</description><pubDate>Fri, 12 Sep 2025 0{n}:00:00 GMT</pubDate></item>" for n, (t, d) in enumerate(rows)) + "</channel></rss>"
    elif s.variant == 1:
        body = f'<?xml version="1.0"?>\n<feed xmlns="http://www.w3.org/2005/Atom"><title>{w["title"]}</title><updated>2025-09-12T06:00:00Z</updated>' + "".join(f'<entry><title>{t}</title><link href="https://{s.domain}/{n}"/><id>urn:x:{n}</id><summary>{d}</summary></entry>' for n, (t, d) in enumerate(rows)) + "</feed>"
    else:
        body = f'<?xml version="1.0" encoding="UTF-8"?><urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" xmlns:news="http://www.google.com/schemas/sitemap-news/0.9">' + "".join(f"<url><loc>https://{s.domain}/{s.slug(t)}</loc><news:news><news:title>{t}</news:title><news:publication_date>2025-09-12</news:publication_date></news:news></url>" for t, _ in rows) + "</urlset>"
    url = f"https://{s.domain}/" + ["rss.xml", "feed/", "sitemap-news.xml"][s.variant]
    return url, None, body


KINDS = {f.__name__: f for f in (article, opinion, live_blog, brief, press_release, gallery, video, podcast, listing, topic_page, consent, paywall, error_page, login, product, job, feed)}
SKIPS = {"listing", "topic_page", "consent", "error_page", "login", "product", "job", "feed"}


def main():
    sites = []
    for number, code in enumerate(LANGUAGES):
        words = tomllib.loads((HERE / "wording" / f"{code}.toml").read_text("utf-8"))
        sites += [(code, words, number, variant) for variant in range(3)]
    for kind, make in KINDS.items():
        with open(HERE / f"{kind}.jsonl", "w", encoding="utf-8") as out:
            for arguments in sites:
                s = Site(*arguments)
                url, head, body, *frame = make(s)
                html = body if head is None else document(s, head, body, frame[0] if frame else None)
                label = {"skip": kind} if kind in SKIPS else {"kind": "article" if kind == "paywall" else kind, "completeness": "partial" if kind == "paywall" else "full"}
                out.write(json.dumps({"id": f"{kind}/{s.id}", "site": s.id, "language": s.code, "url": url, **label, "html": html}, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
