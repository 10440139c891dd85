"""The load on the sales service, for locust: half posts of a row, a quarter raw sales, a quarter monthly ones.

    npx timberline serve-sales &
    pip install locust
    locust -f examples/locustfile.py --host http://127.0.0.1:8080 --headless --users 20 --run-time 60s

SALES names a CSV with the columns year_week, vegetable, sales to post from; without it a few rows are made.
"""

import csv
import itertools
import os

from locust import FastHttpUser, events, task


def read_rows():
    if "SALES" not in os.environ:
        weeks = [year * 100 + week for year in (2020, 2021, 2022, 2023) for week in range(1, 53)]
        return [{"year_week": week, "vegetable": name, "sales": 100} for week in weeks for name in ("Tomate", "pear")]
    with open(os.environ["SALES"], encoding="utf-8") as file:
        return [
            {"year_week": int(row["year_week"]), "vegetable": row["vegetable"], "sales": float(row["sales"])}
            for row in csv.DictReader(file)
        ]


ROWS = read_rows()
NUMBERED_ROWS = enumerate(itertools.cycle(ROWS))


class Wholesaler(FastHttpUser):
    @task(2)
    def post_sales(self):
        # every post brings a value that was not there before, so that it must be written
        number, row = next(NUMBERED_ROWS)
        self.client.post("/post_sales", json=[{**row, "sales": row["sales"] + number % 1000}])

    @task(1)
    def get_raw_sales(self):
        self.client.get("/get_raw_sales")

    @task(1)
    def get_monthly_sales(self):
        self.client.get("/get_monthly_sales?remove_outliers=True", name="/get_monthly_sales")


@events.quitting.add_listener
def fail_on_errors(environment, **_):
    if environment.stats.total.num_failures > 0:
        environment.process_exit_code = 1
