#!/usr/bin/env python3
"""Other extractors on the same gold pages: predictions and processor time, one JSON lines file a tool.

    peers.py OUT_DIR GOLD.jsonl [--tools a,b] [--limit N]

Each tool gets the page as text and its URL, and is timed by processor time alone.
"""
import argparse
import gzip
import json
import logging
import os
import pathlib
import re
import sys
import time

logging.disable(logging.CRITICAL)


def trafilatura_(html, url, fast=False):
    import trafilatura
    doc = trafilatura.bare_extraction(html, url=url, include_comments=False, fast=fast, with_metadata=True)
    if doc is None:
        return {}
    get = doc.get if isinstance(doc, dict) else lambda k: getattr(doc, k, None)
    authors = [a.strip() for a in (get("author") or "").split(";") if a.strip()]
    return {"body": get("text") or "", "title": get("title") or "", "authors": authors, "published": get("date") or ""}


def trafilatura_fast(html, url):
    return trafilatura_(html, url, fast=True)


def resiliparse_(html, url):
    from resiliparse.extract.html2text import extract_plain_text
    from resiliparse.parse.html import HTMLTree
    tree = HTMLTree.parse(html)
    return {"body": extract_plain_text(tree, main_content=True, alt_texts=False, links=False), "title": tree.title or ""}


def readability_(html, url):
    import lxml.html
    from readability import Document
    doc = Document(html)
    text = lxml.html.fromstring(doc.summary() or "<p></p>").text_content()
    return {"body": text, "title": doc.short_title() or ""}


def newspaper_(html, url):
    import newspaper
    article = newspaper.Article(url or "https://page.example/", fetch_images=False)
    article.download(input_html=html)
    article.parse()
    date = article.publish_date.isoformat() if article.publish_date else ""
    return {"body": article.text, "title": article.title or "", "authors": list(article.authors), "published": date}


TOOLS = {
    "trafilatura": trafilatura_,
    "trafilatura-fast": trafilatura_fast,
    "resiliparse": resiliparse_,
    "readability-lxml": readability_,
    "newspaper4k": newspaper_,
}


def decoded(data):
    head = data[:4096].decode("ascii", "replace")
    found = re.search(r"charset=[\"']?([\w-]+)", head, re.I)
    for name in [found.group(1) if found else "utf-8", "utf-8"]:
        try:
            return data.decode(name)
        except (LookupError, UnicodeDecodeError):
            pass
    return data.decode("utf-8", "replace")


def pages(gold):
    folder = pathlib.Path(gold).parent
    for line in open(gold, encoding="utf8"):
        page = json.loads(line)
        if not page.get("html"):
            continue
        data = (folder / page["html"]).read_bytes()
        data = gzip.decompress(data) if data[:2] == b"\x1f\x8b" else data
        url = page.get("url") if str(page.get("url", "")).startswith("http") else None
        yield page["id"], decoded(data), url


def main():
    ap = argparse.ArgumentParser(description=__doc__)
    ap.add_argument("out"), ap.add_argument("gold")
    ap.add_argument("--tools", default=",".join(TOOLS)), ap.add_argument("--limit", type=int, default=0)
    args = ap.parse_args()
    os.makedirs(args.out, exist_ok=True)
    loaded = list(pages(args.gold))[: args.limit or None]
    size = sum(len(html.encode("utf8", "replace")) for _, html, _ in loaded)
    for name in args.tools.split(","):
        tool, spent, failed = TOOLS[name], 0.0, 0
        tool(loaded[0][1], loaded[0][2])  # imports and caches are not timed
        with open(os.path.join(args.out, name + ".jsonl"), "w", encoding="utf8") as out:
            for page_id, html, url in loaded:
                began = time.process_time()
                try:
                    got = tool(html, url)
                except Exception as error:  # a peer's crash is its result for that page, and is counted
                    got, failed = {}, failed + 1
                    print(f"{name}: {page_id}: {type(error).__name__}", file=sys.stderr)
                spent += time.process_time() - began
                out.write(json.dumps({"id": page_id, **got}, ensure_ascii=False) + "\n")
        row = {"tool": name, "pages": len(loaded), "seconds": round(spent, 3), "failed": failed,
               "pages_per_second": round(len(loaded) / spent, 2), "mb_per_second": round(size / 1e6 / spent, 3)}
        print(json.dumps(row), flush=True)


if __name__ == "__main__":
    main()
