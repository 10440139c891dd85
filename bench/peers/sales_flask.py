"""The sales service as Flask over SQLite: the same addresses, the same three tables, each post a durable transaction.

Run under gunicorn, whose workers share the file that SALES_FILE names:

    SALES_FILE=sales.sqlite gunicorn --workers 2 --threads 8 --bind 127.0.0.1:0 sales_flask:app

Names are looked up in a small dictionary, weeks are those of strptime, an outlier is a week above mean + 5 standard
deviations of its vegetable: enough to answer the load of bench/sales-load.ts as timberline does.
"""

import os
import sqlite3
import statistics
from datetime import date, datetime, timedelta

from flask import Flask, g, jsonify, request

NAMES = {
    "tomato": ["tomato", "tomate", "tomatto", "tomaot"],
    "pear": ["pear", "poire", "peer", "pera"],
    "brussels sprout": ["brussell sprout", "brussel sprout", "brusel sprout", "brusselsprout"],
}
CLEAN = {spelling: name for name, spellings in NAMES.items() for spelling in spellings}
SCHEMA = """
    CREATE TABLE IF NOT EXISTS bronze (
      year_week INTEGER, vegetable TEXT, sales REAL, first_day TEXT, clean TEXT, PRIMARY KEY (year_week, vegetable));
    CREATE INDEX IF NOT EXISTS bronze_week ON bronze (first_day, clean);
    CREATE TABLE IF NOT EXISTS silver (first_day TEXT, vegetable TEXT, sales REAL, PRIMARY KEY (first_day, vegetable));
    CREATE TABLE IF NOT EXISTS gold (year_month INTEGER, vegetable TEXT, sales REAL, PRIMARY KEY (year_month, vegetable));
"""

app = Flask(__name__)


def database():
    if "database" not in g:
        g.database = sqlite3.connect(os.environ["SALES_FILE"], timeout=30, isolation_level=None)
        g.database.execute("PRAGMA synchronous = FULL")
    return g.database


@app.teardown_appcontext
def close(_):
    if "database" in g:
        g.database.close()


def create():
    connection = sqlite3.connect(os.environ["SALES_FILE"], timeout=30)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.executescript(SCHEMA)
    connection.close()


create()


def months_of(first_day):
    """The days that each month has of the week."""
    days = [first_day + timedelta(days=i) for i in range(7)]
    counts = {}
    for day in days:
        month = day.year * 100 + day.month
        counts[month] = counts.get(month, 0) + 1
    return counts


def check(row):
    week, vegetable, sales = row["year_week"], row["vegetable"], float(row["sales"])
    if sales < 0 or not vegetable:
        raise ValueError("sales must not be negative, vegetable not empty")
    first_day = datetime.strptime(f"{week}1", "%Y%W%w").date()
    return week, vegetable, sales, first_day.isoformat(), CLEAN.get(vegetable.lower())


def update(connection, first_day, vegetable):
    """Silver of one week, gold of its months, out of bronze."""
    (total,) = connection.execute(
        "SELECT sum(sales) FROM bronze WHERE first_day = ? AND clean = ?", (first_day, vegetable)
    ).fetchone()
    connection.execute("INSERT OR REPLACE INTO silver VALUES (?, ?, ?)", (first_day, vegetable, total))
    for month in months_of(date.fromisoformat(first_day)):
        begin = date(month // 100, month % 100, 1)
        rows = connection.execute(
            "SELECT first_day, sales FROM silver WHERE vegetable = ? AND first_day BETWEEN ? AND ?",
            (vegetable, (begin - timedelta(days=6)).isoformat(), (begin + timedelta(days=31)).isoformat()),
        )
        shares = [(months_of(date.fromisoformat(day)).get(month, 0), sales) for day, sales in rows]
        total = sum(n * sales for n, sales in shares) / 7
        connection.execute("INSERT OR REPLACE INTO gold VALUES (?, ?, ?)", (month, vegetable, total))


@app.post("/post_sales")
def post_sales():
    rows, refused = [], []
    for index, row in enumerate(request.get_json()):
        try:
            rows.append(check(row))
        except (KeyError, TypeError, ValueError) as error:
            refused.append({"index": index, "reason": str(error)})
    connection = database()
    connection.execute("BEGIN IMMEDIATE")
    connection.executemany("INSERT OR REPLACE INTO bronze VALUES (?, ?, ?, ?, ?)", rows)
    for first_day, vegetable in {(row[3], row[4]) for row in rows if row[4] is not None}:
        update(connection, first_day, vegetable)
    connection.execute("COMMIT")
    return jsonify(n_rows=len(rows) + len(refused), n_refused=len(refused), refused=refused)


@app.get("/get_raw_sales")
def get_raw_sales():
    rows = database().execute("SELECT year_week, vegetable, sales FROM bronze ORDER BY first_day, year_week, vegetable")
    return jsonify([dict(zip(("year_week", "vegetable", "sales"), row)) for row in rows])


@app.get("/get_monthly_sales")
def get_monthly_sales():
    connection = database()
    gold = connection.execute("SELECT year_month, vegetable, sales FROM gold ORDER BY year_month, vegetable").fetchall()
    if request.args.get("remove_outliers", "false").lower() in ("true", "1"):
        outlying = set()
        weekly = {}
        for day, vegetable, sales in connection.execute("SELECT first_day, vegetable, sales FROM silver"):
            weekly.setdefault(vegetable, []).append((day, sales))
        for vegetable, weeks in weekly.items():
            values = [sales for _, sales in weeks]
            limit = statistics.fmean(values) + 5 * (statistics.stdev(values) if len(values) > 1 else 0)
            for day, sales in weeks:
                if sales > limit:
                    outlying.update((month, vegetable) for month in months_of(date.fromisoformat(day)))
        gold = [row for row in gold if (row[0], row[1]) not in outlying]
    return jsonify([dict(zip(("year_month", "vegetable", "sales"), row)) for row in gold])


@app.route("/init_database", methods=["GET", "POST"])
def init_database():
    connection = database()
    connection.executescript("BEGIN; DELETE FROM bronze; DELETE FROM silver; DELETE FROM gold; COMMIT;")
    return jsonify(status="initialized")
