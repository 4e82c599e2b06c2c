"""Strings that have broken other programs: each is either kept to the letter or refused with its place."""

#: Texts that people may write; wherever a text is taken they are kept to the letter, and anything is a search.
LEGITIMATE = (
    # Words that programs take for values.
    "undefined", "undef", "null", "NULL", "(null)", "nil", "NIL", "true", "false", "True", "None", "hasOwnProperty",
    "__proto__", "constructor", "then", "NaN", "Infinity", "-Infinity", "1e1000", "0x0", "0xffffffff", "1/0", "-0",
    "1.00", "$1.00", "1,000.00", "0,0/0,0", "--", "-", "\\", "\\\\", "/dev/null", "CON", "PRN", "AUX", "LPT1", "COM1",
    "9" * 400, "0" * 50, "123456789012345678901234567890", "١٢٣", "１２３", "½ ⅓ ¼", "NULL\u200b",
    # SQL, in each of its quotes.
    "'", "''", "'''", '"', "`", ";", "--;", "1;DROP TABLE claims", "1'; DROP TABLE claims-- 1", "' OR 1=1 -- 1",
    "' OR '1'='1", '" OR ""="', "admin'--", "x'; SELECT pg_sleep(9); --", "'||(SELECT secret_hash FROM keys)||'",
    "1) UNION SELECT secret_hash, 1 FROM keys --", "%", "_", "%%", "\\%", "a%' ESCAPE '!", "?", ":1", "$1", "%s", "%(id)s",
    "{}", "{0}", "{id}", "E'\\x00'", "$$", "$tag$x$tag$", "0; ATTACH DATABASE '/tmp/x' AS x", "PRAGMA writable_schema=1",
    # Full-text search, of SQLite and of PostgreSQL.
    "AND", "OR", "NOT", "NEAR", "NEAR(a b)", "NEAR(a b, 1)", "a AND", "OR b", "NOT a", "a NOT", "a OR OR b", "AND OR NOT",
    "(", ")", "((", "a)", "(a", "()", "*", "a*", "*a", "a**", "^a", "a^b", "a + b", "+", "-a", "- a", "--a", "-", "-*", '"a',
    'a"', '"a" "', '""', '"" OR ""', '"a"*', '-"a b"', "claim:a", "text:a", "text : a", "{text}:a", "-text:a", "rowid:1",
    "a:b:c", ":", "&", "|", "!", "!a", "a & b", "a | !b", "<->", "a <-> b", "a <2> b", "a:*", "a:A", "'a' & 'b'", "~", "@@",
    "a.b", "a,b", "a;b", "a/b", "a=b", "a<b", "<a>", "[a]", "#", "@", "§", "…", "“", "‘a’", "a'b", "O'Brien", "d’Artagnan",
    "OR", "a OR", "a OR b OR c OR d", "-" * 200, '"' * 199, "(" * 250, "*" * 250, "a " * 200, "a* " * 120, "OR " * 150,
    # Markup, templates, shells, formulas, paths, log lines.
    "<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "<svg onload=alert(1)>", "</textarea><script>", "&lt;b&gt;",
    "&#0;", "&amp;amp;", "javascript:alert(1)", "<!--", "]]>", "<![CDATA[x]]>", "<?xml version='1.0'?>", "<!DOCTYPE x>",
    "{{7*7}}", "${7*7}", "#{7*7}", "<%= 7*7 %>", "{% raw %}", "$(id)", "`id`", "| id", "; id", "&& id", "$HOME", "%PATH%",
    "=1+1", "+1", "-1", "@SUM(1)", "=cmd|' /C calc'!A0", "../../etc/passwd", "..%2f..%2fetc%2fpasswd", "%00", "%0d%0a",
    "file:///etc/passwd", "\\\\server\\share", "() { :;}; id", "{\"a\":1}", "[1]", "\\u0000", "\\n", "\\x00", "%n%n%n%n",
    "${jndi:ldap://127.0.0.1/a}", "level=error msg=forged", "a, \"b\": \"c\"",
    # Unicode: direction, joining, combining, folding, planes, look-alikes, private use, no character, odd blanks.
    "مرحبا بالعالم", "שלום עולם", "\u202etxet\u202c", "\u2066a\u2069", "\u200fa", "\u061ca", "ﷺ", "ﷲ", "中文字符", "日本語テスト",
    "한국어", "ภาษาไทย", "हिन्दी", "తెలుగు జ్ఞ‌ా", "ꙮ", "𝕿𝖊𝖝𝖙", "ᴛᴇxᴛ", "Ṱ̺̺̕o͞ ̷i̲̬͇̪͙n̝̗͕v̟̜̘̦͟o̶̙̰̠kè͚̮̺̪̹̱̤", "e\u0301", "é", "A\u030a", "Å", "\u212b",
    "ﬁ", "ß", "ẞ", "İ", "ı", "ſ", "Σ σ ς", "Ω", "K", "ǅ", "ŉ", "ΐ", "ᾳ", "ff\u200dfi", "\u0345a", "a\u0300" * 60, "\u0301",
    "👍", "👩‍👩‍👧‍👦", "👨🏿‍🚀", "🇨🇳", "🏴󠁧󠁢󠁳󠁣󠁴󠁿", "0️⃣", "❤️", "❤", "🤷🏽‍♀️" * 20, "\U0010fffd", "\ue000", "\ufffd", "\ufffe"[:0] + "\u2060a",
    "\U0001f9ff", "\U000e0001a", "a\u00ad", "a\u200b", "a\ufeff", "\ufeffa", "a\u2028b", "a\u2029b", "a\u0085b", "a\u00a0b", "\u3000a",
    "\u180ea", "\u115fa", "a\u034fb", "\ufff9a\ufffab\ufffb", "аdmin", "Ａｄｍｉｎ", "𐌀𐌁", "𒀀", "ℵ", "¯\\_(ツ)_/¯", "(╯°□°）╯︵ ┻━┻", "田中さんにあげて下さい",
    "  two before", "two behind  ", " \u00a0 around \u00a0 ", "tab is below", "a  b",
    "Craig Cockburn, Software Specialist", "Scunthorpe General Hospital", "Penistone Community Church", "http://a/%%30%30",
    "Roses are red", "But now...\u001b"[:-1], "Powerلُلُصّبُلُلصّبُررً ॣ ॣh ॣ ॣ 冗", "گچپژ", "ヽ༼ຈل͜ຈ༽ﾉ", "Z̮̞̠͙͔ͅḀ̗̞͈̻̗Ḷ͙͎̯̹̞͓G̻O̭̗̮",
)  # fmt: skip

#: What no text field takes: nothing, blanks and what nobody sees alone, control characters, halves of pairs, and what is no string.
REFUSED: tuple[object, ...] = (
    "", " ", "\t", "\n", "\r\n", "\u00a0", "\u2003\u3000", "\ufeff", "\u061c", "\u200b\u2060", "\u3164\u2800", "\ufe0f", "\ufffe", "\U000e0001", "\u0000", "a\u0000b", "\u0000a", "\u0001", "a\u0007", "a\u0008b",
    "\u001b[31mred", "a\u000b", "a\u000c", "a\u001f", "\u0000" * 100,
    0, 1, -1, 1.5, True, False, [], ["a"], {}, {"a": 1}, [[]], 10**15,
)  # fmt: skip

#: The same, as JSON that no encoder writes: lone surrogates, NaN, doubled members, other encodings, no JSON at all.
MALFORMED: tuple[bytes, ...] = (
    b'{"text":"\\ud800","language":"en"}',
    b'{"text":"a\\udc00b","language":"en"}',
    b'{"text":"\\udc00\\ud800","language":"en"}',
    b'{"\\ud800":1,"text":"a","language":"en"}',
    b'{"text":"a\\u0000b","language":"en"}',
    b'{"text":NaN,"language":"en"}',
    b'{"text":Infinity}',
    b'{"text":-Infinity}',
    b'{"text":1e999}',
    b'{"text":"a","text":"b","language":"en"}',
    b'{"text":"\xff\xfe","language":"en"}',
    b'{"text":"\xc0\x80","language":"en"}',
    b'{"text":"\xed\xa0\x80","language":"en"}',
    b'{"text":"\xf4\x90\x80\x80","language":"en"}',
    b'\xef\xbb\xbf{"text":"a","language":"en"}',
    '{"text":"a","language":"en"}'.encode("utf-16"),
    '{"text":"a","language":"en"}'.encode("utf-32"),
    b'{"text":"a","language":"en"',
    b'{"text":"a","language":"en"}}',
    b'{"text":"a" "language":"en"}',
    b'{"text":"a",}',
    b"{'text':'a'}",
    b'{text:"a"}',
    b'{"text":"a\nb","language":"en"}',
    b'{"text":"a\\x","language":"en"}',
    b'{"text":"\\u12"}',
    b'{"text":01}',
    b'{"text":+1}',
    b'{"text":.5}',
    b"", b" ", b"null", b"true", b"0", b'"a"', b"[]", b"[{}]", b"{", b"}", b"[", b"\x00", b"\x1f\x8b\x08\x00", b"<a/>", b"a=b",
    b"{}" * 100,
    b"[" * 100_000,
    b'{"a":' * 100_000,
    b'{"text":' + b"9" * 100_000 + b"}",
    b'{"text":"a","language":"en","x":1}',
    b'{"text":"a","language":"en","__proto__":{}}',
    b'{"text":"a","language":"en","":1}',
)  # fmt: skip

#: Values that no parameter of a query takes everywhere, percent-encoded by the test; bytes are sent as they are.
QUERIES: tuple[bytes, ...] = (
    b"", b"%", b"%0", b"%00", b"%0d%0aX:1", b"%ff", b"%c0%80", b"%ed%a0%80", b"a%00b", b"'", b"%22", b"%27%20OR%201=1--", b"1e9", b"-1",
    b"0", b"00", b"1.5", b"9" * 30, b"9007199254740993", b"%EF%BC%91", b"true", b"null", b"[]", b"{}", b"..", b"%2e%2e%2f", b"*",
    b"(", b"a" * 600, b"%F0%9F%91%8D", b"2026-02-30", b"2026-13-01", b"0000-00-00", b"9999-99-99", b"10000-01-01", b"2026-1-1",
    b"%20", b"+", b"1,2,,3", b",", b"1," * 200, b"_1", b"2026-01-01_", b"0.5_1", b"nan_1", b"-inf_1", b"1_1_1", b"99999.9e999_1",
    b"_99999999999999999999", b"day", b"-day", b"id;DROP", b"id%20DESC", b"%uD800", b"a=b", b"a%26b", b"a&a", b"a#b",
)  # fmt: skip
