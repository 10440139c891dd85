"""Writes input.json and expected.json: TF-IDF of small made texts by scikit-learn's TfidfVectorizer.

Usage: python make.py, in this folder
"""

import json

from sklearn.feature_extraction.text import TfidfVectorizer

TRAIN = [
    'The garden gate was "open", and the dog\nran out; the dog came back.',
    "Un café crème, s'il vous plaît: l'été à Évian, déjà-vu; œuvre naïve.",
    "El niño comió piñas mañana; ¿dónde está la niña?",
    "",
    "   \n\t  ",
    "a I . , ! ?",
    "The the THE of and",
    "Party 🎉🎉 time 👍🏽! snake_case, x2 y 3d v1.10, 2026-11-30",
    "ΣΊΣΥΦΟΣ ΟΔΟΣ İstanbul ISTANBUL straße STRASSE ﬁne ½ ² ٣٤",
    "日本語 の テキスト, 日本語。 Привет, мир! привет",
    "e\u0301te\u0301 \u00e9t\u00e9 क्षि नमस्ते",
    "gate gate dog\u00a0dog \u2003 dog\r\n\r\ngarden\u3000open time",
    "tab\tone  two   spaces\n\nlines \x1c\x1d file",
    "𝔘𝔫𝔦 𝔘𝔫𝔦 ﷺ zz 𐐀𐐨 ｆｕｌｌ",
]
TEST = [
    "the dog in the garden, the DOG and 🎉 été café",
    "unseen words alone",
    "",
    "time   time\ngate of mir 日本語 x2 ete cafe",
]
CASES = {
    "words": {},
    "words_and_pairs_without_stop_words": {"ngram_range": (1, 2), "stop_words": "english"},
    "ascii": {"strip_accents": "ascii"},
    "unicode": {"strip_accents": "unicode", "ngram_range": (1, 2)},
    "case_matters": {"lowercase": False},
    "pruned": {"min_df": 2, "max_df": 0.2},
    "shares": {"min_df": 0.1, "max_df": 2},
    "most_frequent": {"max_features": 3},
    "sublinear": {"sublinear_tf": True},
    "plain_counts": {"use_idf": False, "norm": None},
    "characters": {"analyzer": "char", "ngram_range": (1, 2)},
    "characters_of_words": {"analyzer": "char_wb", "ngram_range": (3, 4), "max_df": 1},
    "longer_than_words": {"analyzer": "char_wb", "ngram_range": (6, 7), "sublinear_tf": True},
}


def rows_of(X):
    X.sort_indices()
    return [
        {
            "columns": X.indices[a:b].tolist(),
            "values": [float(f"{v:.7g}") for v in X.data[a:b]],
        }
        for a, b in zip(X.indptr[:-1], X.indptr[1:])
    ]


def main():
    with open("input.json", "w") as file:
        json.dump({"train": TRAIN, "test": TEST}, file, indent=1)
        file.write("\n")
    expected = {}
    for name, settings in CASES.items():
        model = TfidfVectorizer(**settings)
        train = model.fit_transform(TRAIN)
        expected[name] = {
            "settings": settings,
            "vocabulary": model.get_feature_names_out().tolist(),
            "idf": model.idf_.tolist() if model.use_idf else None,
            "train": rows_of(train),
            "test": rows_of(model.transform(TEST)),
        }
    with open("expected.json", "w") as file:
        json.dump(expected, file)
        file.write("\n")


if __name__ == "__main__":
    main()
