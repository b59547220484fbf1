"""What a Python user writes who wants it fast: FastAPI on uvicorn, and the model in numpy.

uvicorn --app-dir loadtest/peers --workers 2 --no-access-log fastapi_app:app
"""
import json
from pathlib import Path
from typing import List

import numpy as np
from fastapi import FastAPI, HTTPException
from pydantic import BaseModel

weights = json.loads(Path(__file__).with_name("digits_lr.json").read_text())
coefficients = np.array(weights["coefficients"]).T
intercepts = np.array(weights["intercepts"])

app = FastAPI()


class Body(BaseModel):
    instances: List[List[float]]


@app.post("/predict")
async def predict(body: Body):
    rows = np.array(body.instances)
    if rows.ndim != 2 or rows.shape[1] != coefficients.shape[0]:
        raise HTTPException(400, "instances must be rows of 64 numbers")
    scores = rows @ coefficients + intercepts
    odds = np.exp(scores - scores.max(axis=1, keepdims=True))
    return {"predictions": (odds / odds.sum(axis=1, keepdims=True)).tolist()}
