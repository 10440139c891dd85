"""The inherited click model, by pandas and scikit-learn.

Without an argument it reads ../../fixtures/clicks and writes what `legacy` is compared with: first centers, clusters,
probabilities. FOLDER [N_SEEDS [OUT.csv]] prints AUC and log loss of the test clicks of its tables instead, of seed 42
and of seeds from 0 on, and writes the predictions of seed 42.
"""

import json
import sys
from pathlib import Path

import numpy as np
import pandas as pd
from scipy.sparse import csr_matrix
from sklearn.cluster import KMeans, kmeans_plusplus
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import log_loss, roc_auc_score

HERE = Path(__file__).parent
N_USER_CLUSTERS, N_PAGE_CLUSTERS = 5, 7
MAX_FEATURES = 1000
SEED = 42


def read(folder):
    names = ["bid_requests_train", "click_data_train", "click_data_test", "user_data", "page_data"]
    requests, train, test, users, pages = (pd.read_csv(folder / f"{name}.csv") for name in names)
    return requests, train, test, users, pages


def user_rows(users, requests):
    """Attributes one-hot, and visits per page; a user without visits has zeros."""
    attributes = pd.get_dummies(users[["sex", "city", "device"]]).to_numpy(float)
    visits = pd.crosstab(requests.user_id, requests.page_id).reindex(users.user_id, fill_value=0)
    return np.hstack([attributes, visits.to_numpy(float)])


def count_as_inherited(clicks):
    """Ads of the user on the day, in the order of the file, the one that is being shown among them."""
    day = pd.to_datetime(clicks.timestamp).dt.date
    return clicks.groupby([clicks.user_id, day]).cumcount().to_numpy(float) + 1


def cluster(rows, n_clusters, init, random_state=None):
    """k-means; the clusters numbered from 1, the largest first."""
    fitted = KMeans(n_clusters, init=init, n_init=1, random_state=random_state).fit(rows)
    order = np.argsort(-np.bincount(fitted.labels_, minlength=n_clusters), kind="stable")
    return fitted, np.argsort(order)[fitted.labels_] + 1


def fit_page_probabilities(texts, labels):
    model = LogisticRegression(C=1.0, max_iter=10_000, tol=1e-10).fit(texts, labels)
    return model.predict_proba(texts)


def click_features(clicks, user_clusters, page_probabilities, is_one_hot):
    own = user_clusters.loc[clicks.user_id].to_numpy()
    coded = np.eye(N_USER_CLUSTERS)[own - 1] if is_one_hot else own
    counts = count_as_inherited(clicks)
    return np.column_stack([counts, coded, page_probabilities.loc[clicks.page_id].to_numpy()])


def predict_clicks(train, test, *features):
    X, X_test = (click_features(clicks, *features) for clicks in (train, test))
    model = LogisticRegression(C=1.0, max_iter=10_000, tol=1e-10).fit(X, train.clicked)
    return model.predict_proba(X_test)[:, 1]


def write_golden(folder):
    requests, train, test, users, pages = read(folder)
    vectorizer = TfidfVectorizer(stop_words="english", max_features=MAX_FEATURES)
    texts = vectorizer.fit_transform(pages.page_text.fillna(""))
    # of whole numbers, so that rows are equally near to two first centers: sparse ones go to the first of these, dense
    # ones are centered, and what is left by rounding decides
    visitors = csr_matrix(user_rows(users, requests))

    def start(rows, n_clusters):
        return kmeans_plusplus(rows, n_clusters, random_state=SEED)[1]

    user_starts = start(visitors, N_USER_CLUSTERS)
    page_starts = start(texts, N_PAGE_CLUSTERS)
    _, user_labels = cluster(visitors, N_USER_CLUSTERS, visitors[user_starts].toarray())
    _, page_labels = cluster(texts, N_PAGE_CLUSTERS, texts[page_starts].toarray())
    page_probabilities = pd.DataFrame(fit_page_probabilities(texts, page_labels), index=pages.page_id)
    user_clusters = pd.Series(user_labels, index=users.user_id)

    with open(HERE / "starts.json", "w") as file:
        starts = {
            "user_id": users.user_id[user_starts].tolist(),
            "page_id": pages.page_id[page_starts].tolist(),
        }
        file.write(json.dumps(starts) + "\n")
    user_clusters.rename("cluster").to_csv(HERE / "user_clusters.csv")
    named = page_probabilities.add_prefix("page_").round(7)
    named.insert(0, "cluster", page_labels)
    named.to_csv(HERE / "page_clusters.csv")
    expected = test.assign(
        ads_seen=count_as_inherited(test).astype(int),
        probability_number=predict_clicks(train, test, user_clusters, page_probabilities, False).round(7),
        probability_one_hot=predict_clicks(train, test, user_clusters, page_probabilities, True).round(7),
    )
    expected.to_csv(HERE / "expected.csv", index=False)


def write_predictions(test, predicted, out):
    table = {
        "click_id": np.arange(1, len(test) + 1),
        "actual": test.clicked,
        "prediction": (predicted > 0.5).astype(int),
        "probability_0": 1 - predicted,
        "probability_1": predicted,
    }
    pd.DataFrame(table).to_csv(out, index=False)


def print_scores(folder, seeds, out):
    requests, train, test, users, pages = read(folder)
    vectorizer = TfidfVectorizer(stop_words="english", max_features=MAX_FEATURES)
    texts = vectorizer.fit_transform(pages.page_text.fillna(""))
    visitors = user_rows(users, requests)
    base = np.full(len(test), train.clicked.mean())
    print(f"base rate            AUC 0.500  log loss {log_loss(test.clicked, base):.4f}")
    print("seed      user cluster as a number     numbered by size             one-hot")
    for seed in seeds:
        fitted_users, user_labels = cluster(visitors, N_USER_CLUSTERS, "k-means++", seed)
        _, page_labels = cluster(texts, N_PAGE_CLUSTERS, "k-means++", seed)
        probabilities = pd.DataFrame(fit_page_probabilities(texts, page_labels), index=pages.page_id)
        line = f"{seed:4d}"
        for labels, is_one_hot in [
            (fitted_users.labels_, False),
            (user_labels, False),
            (user_labels, True),
        ]:
            clusters = pd.Series(labels, index=users.user_id)
            predicted = predict_clicks(train, test, clusters, probabilities, is_one_hot)
            auc, loss = roc_auc_score(test.clicked, predicted), log_loss(test.clicked, predicted)
            line += f"      AUC {auc:.4f}  log loss {loss:.4f}"
            if out and labels is fitted_users.labels_ and seed == SEED:
                write_predictions(test, predicted, out)
        print(line, flush=True)


if len(sys.argv) > 1:
    folder, n_seeds, out = (sys.argv[1:] + ["0", None][len(sys.argv) - 2 :])[:3]
    print_scores(Path(folder), [SEED, *range(int(n_seeds))], out)
else:
    write_golden(HERE / "../../fixtures/clicks")
