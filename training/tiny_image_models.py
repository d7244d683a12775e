"""Two image models of a few hundred bytes, in the hub's layout, for tests of the code that loads such models.

One sees how red a picture is, the other compares that with words (zero-shot). Run: python tiny_image_models.py FOLDER
(needs the PyPI package onnx).
"""
import json
import sys
from pathlib import Path

import numpy as np
from onnx import TensorProto, checker, helper, numpy_helper, save

SIDE = 16
WORDS = {"[PAD]": 0, "[UNK]": 7, "this": 1, "is": 2, "a": 3, "photo": 4, "of": 5, "lake": 6, "red": 60, "things": 8}
FLOAT, INT64 = TensorProto.FLOAT, TensorProto.INT64


def constant(name, value, kind=np.float32):
    return numpy_helper.from_array(np.array(value, dtype=kind), name)


def pixels():
    return helper.make_tensor_value_info("pixel_values", FLOAT, ["batch", 3, SIDE, SIDE])


def write(folder, nodes, inputs, output, constants):
    graph = helper.make_graph(nodes, "tiny", inputs, [output], constants)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    checker.check_model(model)
    (folder / "onnx").mkdir(parents=True, exist_ok=True)
    save(model, folder / "onnx" / "model.onnx")


def say(folder, name, content):
    (folder / name).write_text(json.dumps(content, indent=2) + "\n")


def processor(kind):
    size = {"height": SIDE, "width": SIDE}
    plain = {"do_normalize": True, "do_rescale": True, "do_resize": True, "rescale_factor": 1 / 255}
    mean = {"image_mean": [0.5] * 3, "image_std": [0.5] * 3}
    return {"image_processor_type": kind, "size": size, "resample": 2, **plain, **mean}


def classifier(folder):
    nodes = [
        helper.make_node("ReduceMean", ["pixel_values"], ["colour"], axes=[2, 3], keepdims=0),
        helper.make_node("Gemm", ["colour", "weights"], ["logits"]),
    ]
    weights = constant("weights", [[6, -6], [-3, 3], [-3, 3]])
    logits = helper.make_tensor_value_info("logits", FLOAT, ["batch", 2])
    write(folder, nodes, [pixels()], logits, [weights])
    labels = {"0": "red", "1": "other"}
    say(
        folder,
        "config.json",
        {
            "architectures": ["ViTForImageClassification"],
            "model_type": "vit",
            "id2label": labels,
            "label2id": {label: int(at) for at, label in labels.items()},
        },
    )
    say(folder, "preprocessor_config.json", processor("ViTImageProcessor"))


def zero_shot(folder):
    text = [helper.make_tensor_value_info(name, INT64, ["texts", "length"]) for name in ("input_ids", "attention_mask")]
    nodes = [
        helper.make_node("ReduceMean", ["pixel_values"], ["colour"], axes=[2, 3], keepdims=0),
        helper.make_node("MatMul", ["colour", "redness"], ["red"]),
        helper.make_node("Mul", ["input_ids", "attention_mask"], ["kept"]),
        helper.make_node("Cast", ["kept"], ["ids"], to=FLOAT),
        helper.make_node("ReduceMean", ["ids"], ["means"], axes=[1], keepdims=1),
        helper.make_node("Transpose", ["means"], ["words"], perm=[1, 0]),
        helper.make_node("MatMul", ["red", "words"], ["logits_per_image"]),
    ]
    redness = constant("redness", [[1.0], [-0.5], [-0.5]])
    output = helper.make_tensor_value_info("logits_per_image", FLOAT, ["batch", "texts"])
    write(folder, nodes, [*text, pixels()], output, [redness])
    say(folder, "config.json", {"architectures": ["CLIPModel"], "model_type": "clip"})
    say(folder, "preprocessor_config.json", processor("CLIPFeatureExtractor"))
    tokens = {"pad_token": "[PAD]", "unk_token": "[UNK]"}
    say(folder, "tokenizer_config.json", {"tokenizer_class": "PreTrainedTokenizer", "model_max_length": 32, **tokens})
    plain = {"single_word": False, "lstrip": False, "rstrip": False, "normalized": False, "special": True}
    say(
        folder,
        "tokenizer.json",
        {
            "version": "1.0",
            "truncation": None,
            "padding": None,
            "added_tokens": [{"id": WORDS[token], "content": token, **plain} for token in ("[PAD]", "[UNK]")],
            "normalizer": {"type": "Lowercase"},
            "pre_tokenizer": {"type": "Whitespace"},
            "post_processor": None,
            "decoder": None,
            "model": {"type": "WordLevel", "vocab": WORDS, "unk_token": "[UNK]"},
        },
    )


if __name__ == "__main__":
    root = Path(sys.argv[1])
    classifier(root / "tiny-red")
    zero_shot(root / "tiny-zero-shot")
