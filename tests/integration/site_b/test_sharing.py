"""Sharing out: the embed page, oEmbed, what pages tell search engines, feeds, the sitemap; who gets none of them."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any
from xml.etree import ElementTree

import pytest
from django.test import Client

from kinora import config
from kinora.library.accounts import channel_of
from kinora.library.keys import make_key
from kinora.library.models import Chapter, User, Video
from kinora.library.sharing import set_embed_rule
from kinora.library.sharing_models import EmbedRule

AsUser = Callable[[User | None], Client]
MakeVideo = Callable[..., Video]
MaxQueries = Callable[[int], Any]
MEDIA = "{http://www.google.com/schemas/sitemap-video/1.1}"
LOC = "{http://www.sitemaps.org/schemas/sitemap/0.9}loc"


def site() -> str:
    return config.current().site_url


def ancestors(response: Any) -> str:
    found = re.search(r"frame-ancestors ([^;]+)", response["Content-Security-Policy"])
    assert found
    return found[1]


def oembed(client: Client, url: str, **more: Any) -> Any:
    return client.get("/oembed", {"url": url, **more})


# Alice owns, Bob is somebody else, Charlie never signed in.


@pytest.mark.parametrize("visibility", ["private", "unlisted"])
def test_what_is_not_public_stands_behind_none_of_the_public_doors(
    make_video: MakeVideo, as_user: AsUser, alice: User, bob: User, visibility: str
) -> None:
    seen, hidden = make_video(title="Seen"), make_video(visibility=visibility, title="The secret title")
    doors = ["/c/alice/feed.rss", "/c/alice/feed.atom", "/c/alice/feed.podcast", "/sitemap/videos-1.xml"]
    for person in (alice, bob, None):  # the same for everybody: a feed is kept by caches
        for door in doors:
            body = as_user(person).get(door).content.decode()
            assert seen.public_id in body, door
            assert hidden.public_id not in body and "secret" not in body, door
        response = oembed(as_user(person), f"{site()}/watch/{hidden.public_id}")
        assert response.status_code == 404
        assert b"secret" not in response.content
        page = as_user(person).get(f"/watch/{hidden.public_id}").content.decode()
        assert "ld+json" not in page and "twitter:player" not in page and "oembed" not in page


def test_the_embed_of_a_private_video_is_the_one_of_a_video_that_never_was(
    make_video: MakeVideo, as_user: AsUser, alice: User, bob: User
) -> None:
    video = make_video(visibility="private", title="The secret title")
    for person in (bob, None):
        hidden = as_user(person).get(f"/embed/{video.public_id}")
        missing = as_user(person).get("/embed/nosuchvideo2")
        assert (hidden.status_code, missing.status_code) == (404, 404)
        assert hidden.content == missing.content
        assert ancestors(hidden) == ancestors(missing)
    own = as_user(alice).get(f"/embed/{video.public_id}")
    assert own.status_code == 200
    assert ancestors(own) == "'self'", "nobody frames what is private"


@pytest.mark.parametrize("path", ["/videos/{id}/embedding", "/api/v1/videos/{id}/embedding"])
def test_only_the_owner_says_where_a_video_may_be_embedded(
    make_video: MakeVideo, as_user: AsUser, bob: User, path: str
) -> None:
    video = make_video()
    address = path.format(id=video.public_id)
    for person in (bob, None):
        client = as_user(person)
        if path.startswith("/api"):
            response = client.put(address, {"place": "nowhere"}, content_type="application/json")
        else:
            response = client.post(address, {"place": "nowhere"})
        assert response.status_code in ((401, 404) if path.startswith("/api") else (302, 404))
    assert not EmbedRule.objects.exists()


def test_only_its_owner_rules_a_channel(make_video: MakeVideo, as_user: AsUser, alice: User, bob: User) -> None:
    make_video()
    secret = make_key(bob, "k")[1]
    refused = Client().put(
        "/api/v1/channels/alice/embedding", {"place": "nowhere"}, content_type="application/json",
        headers={"Authorization": f"Bearer {secret}"},
    )  # fmt: skip
    assert refused.status_code == 404
    assert as_user(None).post("/channel/embedding", {"place": "nowhere"}).status_code == 302
    as_user(bob).post("/channel/embedding", {"place": "nowhere"})
    assert [rule.channel for rule in EmbedRule.objects.all()] == [channel_of(bob)], "his own, and no other"
    page = as_user(bob).get("/c/alice").content.decode()
    assert "embed-place" not in page and "embed-place" in as_user(alice).get("/c/alice").content.decode()


# Embedding.


def test_an_embed_page_may_be_framed_where_its_owner_says(make_video: MakeVideo, as_user: AsUser, alice: User) -> None:
    video, browser = make_video(title="Film"), as_user(None)
    address = f"/embed/{video.public_id}"
    response = browser.get(address)
    assert "X-Frame-Options" not in response.headers
    assert ancestors(response) == "*"
    set_embed_rule(channel_of(alice), "listed", "https://Example.org\n*.school.test, localhost:8000")
    assert ancestors(browser.get(address)) == "'self' example.org *.school.test localhost:8000"
    set_embed_rule(video, "nowhere")
    assert ancestors(browser.get(address)) == "'self'", "a video's own rule comes before its channel's"
    set_embed_rule(video, None)
    assert "example.org" in ancestors(browser.get(address))
    assert ancestors(browser.get(f"/watch/{video.public_id}")) == "'none'"
    assert browser.get(f"/watch/{video.public_id}")["X-Frame-Options"] == "DENY"


@pytest.mark.parametrize(
    "domains",
    ["example.org; script-src *", "'self'", "exa mple", "https://", "a/b", "*", "x\r\nSet-Cookie: a=b;", "*.*.a"],
)
def test_what_is_no_name_of_a_site_never_gets_into_a_header(
    make_video: MakeVideo, as_user: AsUser, alice: User, domains: str
) -> None:
    video = make_video()
    browser = as_user(alice)
    if domains != "exa mple":  # two names, each a name
        browser.post(f"/videos/{video.public_id}/embedding", {"place": "listed", "domains": domains})
        assert not EmbedRule.objects.exists()
        said = browser.get(f"/videos/{video.public_id}/edit").content.decode()
        assert "is no name of a site" in said
    assert "\n" not in browser.get(f"/embed/{video.public_id}")["Content-Security-Policy"]


def test_the_owner_sets_the_rule_on_the_edit_page(make_video: MakeVideo, as_user: AsUser, alice: User) -> None:
    video, browser = make_video(), as_user(alice)
    browser.post(f"/videos/{video.public_id}/embedding", {"place": "listed", "domains": "example.org"})
    page = browser.get(f"/videos/{video.public_id}/edit").content.decode()
    assert '<option value="listed" selected>' in page and ">example.org</textarea>" in page
    browser.post(f"/videos/{video.public_id}/embedding", {"place": "channel", "domains": ""})
    assert not EmbedRule.objects.exists()


def test_an_embed_plays_the_moment_asked_for(
    make_video: MakeVideo, client: Client, django_assert_max_num_queries: MaxQueries
) -> None:
    video = make_video(title="</script><script>alert(1)</script>")
    with django_assert_max_num_queries(3):  # video, chapters, tracks
        html = client.get(f"/embed/{video.public_id}?t=1:15&end=1:30").content.decode()
    found = re.search(r'<script id="player-data" type="application/json">(.*?)</script>', html, re.DOTALL)
    assert found
    data = json.loads(found[1])
    assert (data["startSeconds"], data["endSeconds"]) == (75.0, 90.0)
    assert "<script>alert" not in html
    assert 'content="noindex"' in html


@pytest.mark.parametrize(
    ("query", "end"), [("?t=10&end=5", None), ("?t=10&end=999", None), ("?end=9", 9.0), ("?t=1&end=x", None)]
)
def test_an_end_outside_the_moment_is_left_out(
    make_video: MakeVideo, client: Client, query: str, end: float | None
) -> None:
    html = client.get(f"/watch/{make_video().public_id}{query}").content.decode()
    found = re.search(r'<script id="player-data" type="application/json">(.*?)</script>', html, re.DOTALL)
    assert found and json.loads(found[1])["endSeconds"] == end


# oEmbed.


def test_oembed_tells_of_a_public_video(
    make_video: MakeVideo, client: Client, django_assert_max_num_queries: MaxQueries
) -> None:
    video = make_video(title='A "film" & <more>', width=1920, height=1080)
    with django_assert_max_num_queries(1):
        response = oembed(client, f"{site()}/watch/{video.public_id}?t=75&end=90", maxwidth=320)
    told = response.json()
    assert response["Access-Control-Allow-Origin"] == "*"
    assert (told["version"], told["type"], told["title"]) == ("1.0", "video", video.title)
    assert (told["width"], told["height"]) == (320, 180)
    assert told["thumbnail_url"] == f"{site()}/media/{video.public_id}/poster.jpg"
    assert f'src="{site()}/embed/{video.public_id}?t=75&amp;end=90"' in told["html"]
    assert "<more>" not in told["html"]
    xml = oembed(client, f"{site()}/watch/{video.public_id}", format="xml")
    assert xml["Content-Type"].startswith("text/xml")
    assert ElementTree.fromstring(xml.content).findtext("title") == video.title


@pytest.mark.parametrize(
    "address",
    [
        "https://evil.example/watch/{id}", "//{host}/watch/{id}", "{site}.evil.example/watch/{id}", "/watch/{id}",
        "{site}@evil.example/watch/{id}", "javascript:alert(1)//{host}/watch/{id}", "{site}/media/{id}/original",
        "{site}/watch/{id}/status", "http://[bad/watch/{id}", "file://{host}/watch/{id}", "",
    ],
)  # fmt: skip
def test_oembed_refuses_foreign_addresses(make_video: MakeVideo, client: Client, address: str) -> None:
    host = site().split("//")[1]
    response = oembed(client, address.format(id=make_video().public_id, site=site(), host=host))
    assert response.status_code == 404
    assert response.json()["error"]["kind"] == "NotFound"


def test_oembed_says_what_it_does_not_make(make_video: MakeVideo, client: Client) -> None:
    url = f"{site()}/watch/{make_video().public_id}"
    assert oembed(client, url, format="yaml").status_code == 501
    assert oembed(client, url, maxwidth="-4").status_code == 400
    assert client.post("/oembed", {"url": url}).status_code == 405


def test_where_embedding_is_off_oembed_gives_a_link(make_video: MakeVideo, client: Client) -> None:
    video = make_video()
    set_embed_rule(video, "nowhere")
    told = oembed(client, f"{site()}/watch/{video.public_id}").json()
    assert told["type"] == "link" and "html" not in told
    page = client.get(f"/watch/{video.public_id}").content.decode()
    assert "twitter:player" not in page and "embedUrl" not in page


# What the watch page tells.


def test_a_public_page_tells_search_engines_of_its_moments(make_video: MakeVideo, client: Client) -> None:
    video = make_video(title="</script><b>Film</b>", description="Line\u2028two", duration_seconds=3723.0)
    Chapter.objects.create(video=video, start_seconds=4, end_seconds=8.5, title="Green </script>")
    html = client.get(f"/watch/{video.public_id}").content.decode()
    blocks = re.findall(r'<script type="application/ld\+json">(.*?)</script>', html, re.DOTALL)
    assert len(blocks) == 1 and "<" not in blocks[0]
    told = json.loads(blocks[0])
    assert (told["@type"], told["name"], told["duration"]) == ("VideoObject", video.title, "PT1H2M3S")
    assert told["hasPart"] == [
        {
            "@type": "Clip", "name": "Green </script>", "startOffset": 4, "endOffset": 8.5,
            "url": f"{site()}/watch/{video.public_id}?t=4",
        }
    ]  # fmt: skip
    assert told["potentialAction"]["target"].endswith(f"/watch/{video.public_id}?t={{seek_to_second_number}}")
    assert "unsafe-inline" not in client.get(f"/watch/{video.public_id}")["Content-Security-Policy"]
    discovery = re.search(r'type="application/json\+oembed" href="([^"]+)"', html)
    assert discovery
    assert client.get(discovery[1].removeprefix(site()).replace("&amp;", "&")).json()["title"] == video.title
    assert f'property="og:video" content="{site()}/embed/{video.public_id}"' in html


# Sitemap and feeds.


def test_the_sitemap_has_pages(
    make_video: MakeVideo, client: Client, monkeypatch: pytest.MonkeyPatch, django_assert_max_num_queries: MaxQueries
) -> None:
    videos = [make_video(tags=["sea & sky"], title="Film\x0b") for _ in range(3)]
    monkeypatch.setattr("kinora.site.views.sitemap.PAGE_SIZE", 2)
    index = ElementTree.fromstring(client.get("/sitemap.xml").content)
    pages = [node.text or "" for node in index.iter(LOC)]
    assert pages == [f"{site()}/sitemap/videos-1.xml", f"{site()}/sitemap/videos-2.xml"]
    found = []
    for page in pages:
        with django_assert_max_num_queries(1):
            tree = ElementTree.fromstring(client.get(page.removeprefix(site())).content)
        found += [node.text for node in tree.iter(LOC)]
        assert {node.text for node in tree.iter(f"{MEDIA}tag")} == {"sea & sky"}
        assert {node.text for node in tree.iter(f"{MEDIA}title")} == {"Film"}
    assert found == [f"{site()}/watch/{video.public_id}" for video in videos]
    assert client.get("/sitemap/videos-3.xml").status_code == 404
    assert f"Sitemap: {site()}/sitemap.xml" in client.get("/robots.txt").content.decode()


@pytest.mark.parametrize("form", ["rss", "atom", "podcast"])
def test_a_channel_has_feeds(
    make_video: MakeVideo, client: Client, form: str, django_assert_max_num_queries: MaxQueries
) -> None:
    video = make_video(title="Film & <b>more</b>\x00", description="First\nsecond \x1b line")
    with django_assert_max_num_queries(2):  # channel, videos
        response = client.get(f"/c/alice/feed.{form}")
    assert response.status_code == 200
    body = ElementTree.fromstring(response.content)
    texts = [node.text for node in body.iter() if node.tag.split("}")[-1] == "title"]
    assert "Film & <b>more</b>" in texts
    files = [node.get("url") for node in body.iter("enclosure")]
    assert files == ([f"{site()}/media/{video.public_id}/original"] if form == "podcast" else [])


def test_an_empty_or_unknown_channel_has_no_feed(make_video: MakeVideo, client: Client) -> None:
    make_video(visibility="private")
    answers = [client.get(path) for path in ("/c/alice/feed.rss", "/c/nobody/feed.rss", "/c/alice/feed.exe")]
    assert [answer.status_code for answer in answers] == [404, 404, 404]


def test_a_search_feed_needs_a_search(client: Client, db: None) -> None:
    assert client.get("/feeds/search.rss").status_code == 400
    assert client.get("/feeds/search.atom", {"q": "x" * 1001}).status_code == 400
    assert client.get("/feeds/search.pdf", {"q": "dog"}).status_code == 404


def test_a_search_feed_asks_as_nobody(
    make_video: MakeVideo, as_user: AsUser, alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    from kinora.library.find import Found
    from kinora.search.hit import Hit, Reason, SearchResult

    video, asked = make_video(title="Harbour"), []

    def found(text: str, **how: Any) -> Found:
        asked.append((text, how["user"]))
        hit = Hit(video.public_id, 4.0, 8.0, 0.9, (Reason("said", "the harbour sleeps", 0.9),))
        return Found(SearchResult(text, 1.0, (hit,), (), 1), {video.public_id: video})

    monkeypatch.setattr("kinora.site.views.public_feeds.find", found)
    body = ElementTree.fromstring(as_user(alice).get("/feeds/search.rss", {"q": " the  harbour "}).content)
    assert asked == [("the harbour", None)], "a signed-in person's own videos stay out of what caches keep"
    item = body.find("channel/item")
    assert item is not None
    assert item.findtext("link") == f"{site()}/watch/{video.public_id}?t=4"
    assert item.findtext("description") == "the harbour sleeps"


# The API.


def test_the_api_gives_links_to_a_moment(make_video: MakeVideo, client: Client) -> None:
    video = make_video()
    told = client.get(f"/api/v1/videos/{video.public_id}/share?start_seconds=4.25&end_seconds=8").json()
    assert told["url"] == f"{site()}/watch/{video.public_id}?t=4.25&end=8"
    assert told["embed_url"].endswith(f"/embed/{video.public_id}?t=4.25&end=8")
    refused = client.get(f"/api/v1/videos/{video.public_id}/share?start_seconds=9&end_seconds=8")
    assert refused.status_code == 400 and "the moment ends at 8 s" in refused.json()["error"]["message"]
    hidden = make_video(visibility="private")
    assert client.get(f"/api/v1/videos/{hidden.public_id}/share").status_code == 404
