"""What a Python user writes to serve a scikit-learn model: Flask behind gunicorn.

gunicorn --chdir loadtest/peers --workers 2 --worker-class gthread --threads 4 --keep-alive 75 flask_app:app
"""
import json
from pathlib import Path

import numpy as np
from flask import Flask, request
from sklearn.linear_model import LogisticRegression

weights = json.loads(Path(__file__).with_name("digits_lr.json").read_text())

# The estimator as it was trained, put together again from its numbers.
model = LogisticRegression()
model.coef_ = np.array(weights["coefficients"])
model.intercept_ = np.array(weights["intercepts"])
model.classes_ = np.arange(10)
model.n_features_in_ = model.coef_.shape[1]

app = Flask(__name__)


@app.post("/predict")
def predict():
    instances = request.get_json().get("instances")
    rows = np.asarray(instances, dtype=np.float64)
    if rows.ndim != 2 or rows.shape[1] != model.n_features_in_:
        return {"error": "instances must be rows of 64 numbers"}, 400
    return {"predictions": model.predict_proba(rows).tolist()}
