"""Languages as file names, containers and people write them → BCP-47 codes."""

from __future__ import annotations

import re
import unicodedata

# code: the ISO 639-2 codes and names by which it is also known
_ALSO_KNOWN_AS = {
    "af": "afr afrikaans",
    "ar": "ara arabic العربية",
    "bg": "bul bulgarian български",
    "bn": "ben bengali bangla বাংলা",
    "bs": "bos bosnian bosanski",
    "ca": "cat catalan català",
    "cs": "cze ces czech čeština cesky",
    "cy": "wel cym welsh cymraeg",
    "da": "dan danish dansk",
    "de": "ger deu german deutsch",
    "el": "gre ell greek ελληνικά",
    "en": "eng english",
    "es": "spa spanish español espanol castellano",
    "et": "est estonian eesti",
    "eu": "baq eus basque euskara",
    "fa": "per fas persian farsi فارسی",
    "fi": "fin finnish suomi",
    "fil": "filipino",
    "fr": "fre fra french français francais",
    "ga": "gle irish gaeilge",
    "gl": "glg galician galego",
    "gu": "guj gujarati",
    "he": "heb hebrew עברית",
    "hi": "hin hindi हिन्दी",
    "hr": "hrv croatian hrvatski",
    "hu": "hun hungarian magyar",
    "hy": "arm hye armenian",
    "id": "ind indonesian bahasa",
    "is": "ice isl icelandic íslenska",
    "it": "ita italian italiano",
    "ja": "jpn japanese 日本語 jp",
    "ka": "geo kat georgian",
    "kk": "kaz kazakh",
    "km": "khm khmer",
    "kn": "kan kannada",
    "ko": "kor korean 한국어 kr",
    "la": "lat latin",
    "lo": "lao",
    "lt": "lit lithuanian lietuvių",
    "lv": "lav latvian latviešu",
    "mk": "mac mkd macedonian",
    "ml": "mal malayalam",
    "mn": "mon mongolian",
    "mr": "mar marathi",
    "ms": "may msa malay",
    "my": "bur mya burmese",
    "nb": "nob bokmål bokmal",
    "ne": "nep nepali",
    "nl": "dut nld dutch nederlands",
    "nn": "nno nynorsk",
    "no": "nor norwegian norsk",
    "pa": "pan punjabi",
    "pl": "pol polish polski",
    "pt": "por portuguese português portugues",
    "ro": "rum ron romanian română",
    "ru": "rus russian русский",
    "si": "sin sinhala",
    "sk": "slo slk slovak slovenčina",
    "sl": "slv slovenian slovene slovenščina",
    "sq": "alb sqi albanian shqip",
    "sr": "srp serbian српски srpski",
    "sv": "swe swedish svenska",
    "sw": "swa swahili kiswahili",
    "ta": "tam tamil தமிழ்",
    "te": "tel telugu",
    "th": "tha thai ไทย",
    "tl": "tgl tagalog",
    "tr": "tur turkish türkçe turkce",
    "uk": "ukr ukrainian українська",
    "ur": "urd urdu",
    "uz": "uzb uzbek",
    "vi": "vie vietnamese",
    "zh": "chi zho chinese mandarin 中文 cmn cn",
    "zh-Hans": "chs simplified 简体",
    "zh-Hant": "cht traditional 繁體 tw",
}
_CODE_OF = {name: code for code, names in _ALSO_KNOWN_AS.items() for name in names.split()}
_CODE_OF.update({code.lower(): code for code in _ALSO_KNOWN_AS})

_TAG = re.compile(r"([a-z]{2,3})(?:[-_]([a-z]{4}))?(?:[-_]([a-z]{2}|\d{3}))?")


def normalise_language(text: str) -> str:
    """Return the BCP-47 code of `eng`, `English`, `pt_br` or `zh-hans-CN`; empty when it is none that is known."""
    given = unicodedata.normalize("NFC", text).strip().lower()
    if given in _CODE_OF:
        return _CODE_OF[given]
    found = _TAG.fullmatch(given)
    if not found or found[1] not in _CODE_OF:
        return ""
    parts = [_CODE_OF[found[1]]]
    if found[2]:
        parts.append(found[2].title())
    if found[3]:
        parts.append(found[3].upper())
    return "-".join(parts)


def primary_language(code: str) -> str:
    """Return `pt` of `pt-BR`."""
    return code.partition("-")[0]
