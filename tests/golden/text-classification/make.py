"""Writes input.json and expected.json: small made texts classified by scikit-learn, TF-IDF and logistic regression.

Usage: python make.py, in this folder
"""

import json
import random

import numpy as np
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.naive_bayes import BernoulliNB
from sklearn.pipeline import FeatureUnion

WORDS = {
    "good": "clear joy fine great always moving été splendide".split(),
    "bad": "dull waste slow poor never boring raté ennuyeux".split(),
    "odd": "strange queer unusual eerie weird curious bizarre étrange".split(),
}
COMMON = "the book film plot page of and a end scene \"voice\" music l'auteur très".split()
N_TRAIN, N_TEST = 150, 12
CASES = {
    "words": {
        "classes": ["bad", "good"],
        "C": 1.0,
        "blocks": {None: {"ngram_range": (1, 2), "min_df": 3}},
    },
    "side_by_side": {
        "classes": ["bad", "good", "odd"],
        "C": 10.0,
        "blocks": {
            "words": {"ngram_range": (1, 2), "min_df": 4, "sublinear_tf": True},
            "characters": {"analyzer": "char_wb", "ngram_range": (2, 5), "min_df": 40},
        },
    },
    "log_count_ratio": {
        "classes": ["bad", "good"],
        "C": 10.0,
        "log_count_ratio": 0.5,
        "blocks": {None: {"ngram_range": (1, 2), "min_df": 6, "sublinear_tf": True}},
    },
    "log_count_ratio_of_three": {
        "classes": ["bad", "good", "odd"],
        "C": 10.0,
        "log_count_ratio": 1.0,
        "blocks": {None: {"min_df": 6}},
    },
}


def make_texts(draw, n, classes):
    texts, labels = [], []
    for _ in range(n):
        label = draw.randrange(len(classes))
        own = WORDS[classes[label] if draw.random() < 0.8 else draw.choice(classes)]
        words = [draw.choice(own if draw.random() < 0.25 else COMMON) for _ in range(draw.randrange(1, 14))]
        texts.append(" ".join(words).capitalize())
        labels.append(label)
    return texts, labels


def scales_of(X, labels, share):
    """What columns are multiplied by: the log-count ratios of Bernoulli naive Bayes, each class against the rest."""
    labels = np.array(labels)
    log_proba = [BernoulliNB(alpha=1).fit(X, labels == k).feature_log_prob_ for k in np.unique(labels)]
    ratios = np.sqrt(np.mean([(own - rest) ** 2 for rest, own in log_proba], axis=0))
    return (1 - share) + share * ratios / np.sqrt(np.mean(ratios**2))


def main():
    draw = random.Random(20261130)
    given, expected = {}, {}
    for name, case in CASES.items():
        train, labels = make_texts(draw, N_TRAIN, case["classes"])
        test, _ = make_texts(draw, N_TEST, case["classes"])
        test += ["", "unseen zzz", "THE film!"]
        blocks = [(block, TfidfVectorizer(**settings)) for block, settings in case["blocks"].items()]
        vectorizer = blocks[0][1] if blocks[0][0] is None else FeatureUnion(blocks)
        X = vectorizer.fit_transform(train)
        share = case.get("log_count_ratio", 0)
        scales = scales_of(X, labels, share)
        scaled = X.multiply(scales).tocsr() if share > 0 else X
        model = LogisticRegression(C=case["C"], tol=1e-10, max_iter=100_000).fit(scaled, labels)
        model.coef_ = model.coef_ * scales
        rows = vectorizer.transform(test).tocsr()
        rows.sort_indices()
        given[name] = {**case, "blocks": [[block, s] for block, s in case["blocks"].items()],
                       "train": train, "labels": labels, "test": test}
        expected[name] = {
            "columns": vectorizer.get_feature_names_out().tolist(),
            "indptr": rows.indptr.tolist(),
            "indices": rows.indices.tolist(),
            "values": [float(f"{v:.7g}") for v in rows.data],
            "coefficients": [[float(f"{v:.8g}") for v in row] for row in model.coef_],
            "intercepts": [float(f"{v:.8g}") for v in model.intercept_],
            "probabilities": [[float(f"{v:.8g}") for v in row] for row in model.predict_proba(rows)],
        }
        print(name, X.shape, model.n_iter_)
    for file, content in (("input.json", given), ("expected.json", expected)):
        with open(file, "w") as out:
            json.dump(content, out, ensure_ascii=False)
            out.write("\n")


if __name__ == "__main__":
    main()
