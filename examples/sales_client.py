"""Calls every address of the sales service once; with Python alone, nothing to install.

    npx timberline serve-sales &
    python examples/sales_client.py http://127.0.0.1:8080

It empties the store first. A service that asks for a token gets it from the environment variable TOKEN.
"""

import json
import os
import sys
import urllib.request


class Sales:
    def __init__(self, url, token=None):
        self.url = url.rstrip("/")
        self.headers = {"content-type": "application/json"}
        if token:
            self.headers["authorization"] = f"Bearer {token}"

    def call(self, method, path, body=None, **headers):
        """Status and headers of the answer, and what it holds: values out of JSON, else text."""
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.url + path, data, {**self.headers, **headers}, method=method)
        try:
            answer = urllib.request.urlopen(request)
        except urllib.error.HTTPError as error:
            answer = error
        text = answer.read().decode()
        is_json = answer.headers.get("content-type", "").startswith("application/json")
        return answer.status, answer.headers, json.loads(text) if is_json and text else text


def main():
    sales = Sales(sys.argv[1] if len(sys.argv) > 1 else "http://127.0.0.1:8080", os.environ.get("TOKEN"))

    def show(method, path, body=None, **headers):
        status, answer_headers, answer = sales.call(method, path, body, **headers)
        print(f"{method:4} {path:58} {status} {str(answer)[:100]!r}")
        return answer_headers, answer

    rows = [
        {"year_week": 202001, "vegetable": "Tomate", "sales": 489},
        {"year_week": 202004, "vegetable": "zanahorias", "sales": 70},
        {"date": "2020-01-27", "vegetable": "Tomatto", "kilo_sold": 12.5},
        {"year_week": 202054, "vegetable": "leek", "sales": 1},  # refused: no such week
        {"year_week": 202005, "vegetable": "xqzt", "sales": 3},  # stored, and listed as unknown
    ]
    show("POST", "/init_database")
    show("GET", "/init_db")
    _, posted = show("POST", "/post_sales", rows)
    for fault in posted["refused"]:
        print(f"     row {fault['index']}: {fault['field']} {fault['reason']}")
    headers, _ = show("GET", "/get_raw_sales")
    show("GET", "/get_raw_sales", None, **{"if-none-match": headers["etag"]})
    show("GET", "/get_raw_sales?vegetable=tomato&from=2020-01-01&to=2020-01-31&limit=10&offset=0")
    show("GET", f"/get_monthly_sales?remove_outliers={True}")
    show("GET", "/get_monthly_sales?is_outlier=1&from=202001&to=202012")
    show("GET", "/get_monthly_sales/?format=csv")
    show("GET", "/get_monthly_sales", None, accept="text/csv")
    show("GET", "/unknown_vegetables")
    for path in ("/health", "/ready", "/version", "/metrics", "/openapi.json"):
        show("GET", path)


if __name__ == "__main__":
    main()
