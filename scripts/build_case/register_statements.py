"""Who said what nobody signed, and the duties that one document holds.

A promise hangs on the words that made it: where those were a speech, an interview or a company's
announcement, that is an instrument of its own kind, with its place and day, and not the document
that was signed beside it.
"""

# id, title with place, kind, day, party, address, promises made in it
STATEMENTS = (
    (
        "ins-2025-astana-kz",
        "Press statement of the President of Kazakhstan after the talks, Astana",
        "speech",
        "2025-10-21",
        "KZ",
        "https://ru.trend.az/azerbaijan/politics/4106836.html",
        (
            "com-trade-1bn",
            "com-industrial-roadmap",
            "com-titr-10mt",
            "com-transformers",
            "com-shipbuilding",
            "com-housing",
        ),
    ),
    (
        "ins-2025-astana-az",
        "Press statement of the President of Azerbaijan after the talks, Astana",
        "speech",
        "2025-10-21",
        "AZ",
        "https://report.az/en/foreign-politics/president-ilham-aliyev-opening-of-zangezur-corridor-possible-by-end-of-2028",
        (
            "com-zang-open-2028",
            "com-zang-az-2026",
            "com-culture-roadmap",
            "com-culture-days",
        ),
    ),
    (
        "ins-2025-astana-both",
        "Statements of both presidents during the state visit, Astana",
        "speech",
        "2025-10-21",
        "AZ;KZ",
        "https://azertag.az/en/xeber/presidents_of_azerbaijan_and_kazakhstan_delivered_press_statements_video-3815787",
        ("com-fund-activate",),
    ),
    (
        "ins-2025-khankendi-forum",
        "President of Azerbaijan at the third Shusha Global Media Forum, Khankendi",
        "speech",
        "2025-07-19",
        "AZ",
        "https://www.trend.az/azerbaijan/politics/4071958.html",
        ("com-zang-15mt",),
    ),
    (
        "ins-2025-zang-road",
        "Deputy minister of transport of Azerbaijan on the works at Horadiz-Aghband",
        "interview",
        "2025-12-23",
        "AZ",
        "https://report.az/en/infrastructure/deputy-minister-horadiz-aghband-railway-on-zangazur-corridor-69-complete",
        ("com-zang-road",),
    ),
    (
        "ins-2025-nakh-rail",
        "Announcement of Azerbaijan's railways on the line in Nakhchivan",
        "plan",
        "2025-11-26",
        "ADY",
        "https://menafn.com/1110399834/Azerbaijan-Spotlights-Completion-Timeframe-For-Its-Horadiz-Aghband-Line-To-Armenian-Border",
        ("com-nakh-rail",),
    ),
    (
        "ins-2025-tripp-am",
        "Prime Minister of Armenia on building the TRIPP section, Yerevan",
        "speech",
        "2025-11-12",
        "AM",
        "https://report.az/en/region/pashinyan-construction-of-tripp-section-in-armenia-to-begin-in-second-half-of-2026",
        ("com-tripp-agree", "com-tripp-start"),
    ),
)

_UNMEASURED = "Not measurable: no publisher counts it; the duty is read from the document's title"
# A promise that is several duties → id, title and remark of each.
DUTIES = {
    "com-energy-spa": (
        ("com-energy-joint", "Develop fuels and renewables jointly", _UNMEASURED),
        ("com-energy-infra", "Share energy infrastructure", _UNMEASURED),
        ("com-energy-export", "Coordinate energy exports", _UNMEASURED),
    )
}
