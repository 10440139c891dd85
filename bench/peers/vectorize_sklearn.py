"""TF-IDF by scikit-learn, as often as asked, on texts in memory.

Reads one JSON document a line from stdin, settings of TfidfVectorizer such as {"ngram_range": [1, 2]}, or {"blocks": ...}
with the settings of several by their names; fits, transforms and prints {"seconds": ..., "n_terms": ..., "n_stored": ...}. The first line printed gives the versions.

Usage: python vectorize_sklearn.py TEXTS.json
"""

import json
import platform
import sys
import time

import sklearn
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.pipeline import FeatureUnion


def create(settings):
    if "blocks" in settings:
        return FeatureUnion([(name, create(own)) for name, own in settings["blocks"].items()])
    return TfidfVectorizer(**{**settings, "ngram_range": tuple(settings["ngram_range"])})


def main():
    with open(sys.argv[1]) as file:
        texts = json.load(file)
    versions = {"python": platform.python_version(), "scikit_learn": sklearn.__version__}
    print(json.dumps(versions), flush=True)
    for line in sys.stdin:
        settings = json.loads(line)
        begin = time.perf_counter()
        X = create(settings).fit_transform(texts)
        seconds = time.perf_counter() - begin
        result = {"seconds": seconds, "n_terms": X.shape[1], "n_stored": X.nnz}
        print(json.dumps(result), flush=True)


if __name__ == "__main__":
    main()
