"""Bank holidays of England of the years in which none was proclaimed or moved."""

import json

import holidays

YEARS = [*range(2003, 2011), *range(2013, 2020), 2021, *range(2024, 2028)]
found = {
    # it lists days of a weekend beside those that make up for them
    year: sorted(day.isoformat() for day in holidays.UK(subdiv="ENG", years=year) if day.weekday() < 5)
    for year in YEARS
}
with open("expected.json", "w") as file:
    json.dump({"holidays": holidays.__version__, "years": found}, file, indent=1)
    file.write("\n")
