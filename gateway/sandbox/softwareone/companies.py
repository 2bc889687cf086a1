"""The seeded companies as literal tables: who sells, buys, uses and makes, and who works there."""

from __future__ import annotations

OPERATOR = "SoftwareOne"
VENDORS = ("Lumera Software", "Northgate Security", "Quillworks", "Tessellate Data")
CLIENTS = ("Brightwater Logistics", "Falkenberg Maskin")  # the client token is the first one's

# name, ERP code, currency, factor from EUR, (line, post code, city, state, country)
SELLERS = (
    ("SoftwareOne Deutschland GmbH", "SWO_DE", "EUR", 1.0, ("Blochstraße 1", "04329", "Leipzig", "Sachsen", "DE")),
    ("SoftwareOne UK Ltd", "SWO_UK", "GBP", 0.86, ("1 Park Row", "LS1 5AB", "Leeds", "West Yorkshire", "GB")),
    ("SoftwareOne, Inc.", "SWO_US", "USD", 1.09, ("320 E Buffalo St", "53202", "Milwaukee", "WI", "US")),
)

# name, tax id, client, seller, (line, post code, city, state, country)
BUYERS = (
    (
        "Brightwater Logistics GmbH",
        "DE811204987",
        0,
        0,
        ("Am Sandtorkai 41", "20457", "Hamburg", "Hamburg", "DE"),
    ),
    ("Brightwater Freight UK Ltd", "GB293847561", 0, 1, ("12 Dock Street", "L3 1DL", "Liverpool", "Merseyside", "GB")),
    ("Brightwater Americas Inc.", "US364820917", 0, 2, ("900 Harbor Drive", "98101", "Seattle", "WA", "US")),
    ("Falkenberg Maskin AB", "SE556677889901", 1, 0, ("Hamngatan 8", "311 31", "Falkenberg", "Halland", "SE")),
)

# name, external id, buyer
LICENSEES = (
    ("Brightwater Hamburg HQ", "BW-HH-01", 0),
    ("Brightwater Bremerhaven Terminal", "BW-BHV-02", 0),
    ("Brightwater Liverpool Docks", "BW-LIV-03", 1),
    ("Brightwater Felixstowe", "BW-FXT-04", 1),
    ("Brightwater Seattle", "BW-SEA-05", 2),
    ("Brightwater Savannah Yard", "BW-SAV-06", 2),
    ("Falkenberg Maskin Verkstad", "FM-01", 3),
)

# first name, last name, account: client index, "V" + vendor index, or "O"
USERS = (
    ("Ines", "Hartwig", "C0"),
    ("Tobias", "Renken", "C0"),
    ("Niamh", "Okafor", "C0"),
    ("Marcus", "Delgado", "C0"),
    ("Elin", "Sandström", "C1"),
    ("Priya", "Raghavan", "V0"),
    ("Lukas", "Meinhardt", "V0"),
    ("Ruth", "Adeyemi", "V1"),
    ("Owen", "Castellanos", "V2"),
    ("Yuki", "Tanabe", "V3"),
    ("Carla", "Zimmermann", "O"),
    ("Piotr", "Wysocki", "O"),
)
