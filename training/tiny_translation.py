"""A tiny translation model of random weights, in the hub's layout: it proves that the loading path works, and nothing else.

python tiny_translation.py ../fixtures/models/tiny-translation

One encoder layer and one decoder layer under the names that Marian exports have, the decoder with its cache, a tokenizer
of single characters. What it writes is meaningless by construction. Seeded: the same bytes at every run.
"""

import json
import pathlib
import string
import sys

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

SEED = 20261121
WIDTH = 24
CHARS = [c for c in string.printable if c.isprintable() and c != " "]
VOCAB = ["</s>", "<unk>", "\u2581", *CHARS, "<pad>"]
PAD = len(VOCAB) - 1
FLOAT, INT64 = TensorProto.FLOAT, TensorProto.INT64


def weights() -> dict[str, np.ndarray]:
    rng = np.random.default_rng(SEED)
    table = {name: rng.normal(0, 0.4, (WIDTH, WIDTH)).astype(np.float32) for name in ("We", "Wq", "Wk", "Wv", "Wc")}
    return {"E": rng.normal(0, 1, (len(VOCAB), WIDTH)).astype(np.float32), **table}


def constants() -> dict[str, np.ndarray]:
    return {
        "one_axis": np.array([1], np.int64),
        "last_axis": np.array([2], np.int64),
        "scale": np.array(WIDTH**-0.5, np.float32),
        "one": np.array(1, np.float32),
        "far": np.array(-1e9, np.float32),
    }


def model(name: str, nodes: list, inputs: list, outputs: list, used: list[str]) -> onnx.ModelProto:
    held = {**weights(), **constants()}
    values = [numpy_helper.from_array(held[key], key) for key in used]
    graph = helper.make_graph(nodes, name, inputs, outputs, values)
    made = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], producer_name="polywarden")
    made.ir_version = 8
    onnx.checker.check_model(made)
    return made


def node(kind: str, inputs: list[str], output: str, **attributes: object):
    return helper.make_node(kind, inputs, [output], **attributes)


def encoder() -> onnx.ModelProto:
    nodes = [
        node("Gather", ["E", "input_ids"], "x"),
        node("MatMul", ["x", "We"], "y"),
        node("Tanh", ["y"], "z"),
        node("Cast", ["attention_mask"], "mask", to=FLOAT),
        node("Unsqueeze", ["mask", "last_axis"], "mask3"),
        node("Mul", ["z", "mask3"], "last_hidden_state"),
    ]
    ids = ["batch_size", "encoder_sequence_length"]
    inputs = [helper.make_tensor_value_info(n, INT64, ids) for n in ("input_ids", "attention_mask")]
    outputs = [helper.make_tensor_value_info("last_hidden_state", FLOAT, [*ids, WIDTH])]
    return model("encoder", nodes, inputs, outputs, ["E", "We", "last_axis"])


def decoder() -> onnx.ModelProto:
    """One token at a time, as generation asks: there is no mask between the tokens of one call."""
    past = ["batch_size", 1, "past_decoder_sequence_length", WIDTH]
    nodes = [
        node("Gather", ["E", "input_ids"], "x"),
        node("Unsqueeze", ["x", "one_axis"], "x4"),
        node("MatMul", ["x4", "Wq"], "q"),
        node("MatMul", ["x4", "Wk"], "k"),
        node("MatMul", ["x4", "Wv"], "v"),
        node("Concat", ["past_key_values.0.decoder.key", "k"], "present.0.decoder.key", axis=2),
        node("Concat", ["past_key_values.0.decoder.value", "v"], "present.0.decoder.value", axis=2),
        node("Transpose", ["present.0.decoder.key"], "kt", perm=[0, 1, 3, 2]),
        node("MatMul", ["q", "kt"], "s0"),
        node("Mul", ["s0", "scale"], "s1"),
        node("Softmax", ["s1"], "s2", axis=-1),
        node("MatMul", ["s2", "present.0.decoder.value"], "own4"),
        node("Squeeze", ["own4", "one_axis"], "own"),
        node("MatMul", ["x", "Wc"], "qc"),
        node("Transpose", ["encoder_hidden_states"], "et", perm=[0, 2, 1]),
        node("MatMul", ["qc", "et"], "c0"),
        node("Cast", ["encoder_attention_mask"], "mask", to=FLOAT),
        node("Sub", ["one", "mask"], "hidden"),
        node("Mul", ["hidden", "far"], "shut"),
        node("Unsqueeze", ["shut", "one_axis"], "shut3"),
        node("Add", ["c0", "shut3"], "c1"),
        node("Softmax", ["c1"], "c2", axis=-1),
        node("MatMul", ["c2", "encoder_hidden_states"], "read"),
        node("Add", ["own", "read"], "both"),
        node("Transpose", ["E"], "Et", perm=[1, 0]),
        node("MatMul", ["both", "Et"], "logits"),
    ]
    source = ["batch_size", "encoder_sequence_length"]
    inputs = [
        helper.make_tensor_value_info("encoder_attention_mask", INT64, source),
        helper.make_tensor_value_info("input_ids", INT64, ["batch_size", "decoder_sequence_length"]),
        helper.make_tensor_value_info("encoder_hidden_states", FLOAT, [*source, WIDTH]),
        *[helper.make_tensor_value_info(f"past_key_values.0.decoder.{n}", FLOAT, past) for n in ("key", "value")],
    ]
    grown = ["batch_size", 1, "total_sequence_length", WIDTH]
    outputs = [
        helper.make_tensor_value_info("logits", FLOAT, ["batch_size", "decoder_sequence_length", len(VOCAB)]),
        *[helper.make_tensor_value_info(f"present.0.decoder.{n}", FLOAT, grown) for n in ("key", "value")],
    ]
    used = ["E", "Wq", "Wk", "Wv", "Wc", "one_axis", "scale", "one", "far"]
    return model("decoder", nodes, inputs, outputs, used)


def config() -> dict:
    sizes = {f"{side}_{what}": 1 for side in ("encoder", "decoder") for what in ("layers", "attention_heads")}
    marks = {"eos_token_id": 0, "pad_token_id": PAD, "decoder_start_token_id": PAD, "bad_words_ids": [[PAD]]}
    return {
        "architectures": ["MarianMTModel"],
        "model_type": "marian",
        "is_encoder_decoder": True,
        "d_model": WIDTH,
        "vocab_size": len(VOCAB),
        **sizes,
        **marks,
    }


def tokenizer() -> dict:
    meta = {"type": "Metaspace", "replacement": "\u2581", "add_prefix_space": True, "prepend_scheme": "always"}
    special = {"single_word": False, "lstrip": False, "rstrip": False, "normalized": False, "special": True}
    end = {"SpecialToken": {"id": "</s>", "type_id": 0}}
    return {
        "version": "1.0",
        "truncation": None,
        "padding": None,
        "added_tokens": [{"id": i, "content": VOCAB[i], **special} for i in (0, 1, PAD)],
        "normalizer": None,
        "pre_tokenizer": meta,
        "post_processor": {
            "type": "TemplateProcessing",
            "single": [{"Sequence": {"id": "A", "type_id": 0}}, end],
            "pair": [{"Sequence": {"id": "A", "type_id": 0}}, {"Sequence": {"id": "B", "type_id": 0}}, end],
            "special_tokens": {"</s>": {"id": "</s>", "ids": [0], "tokens": ["</s>"]}},
        },
        "decoder": meta,
        "model": {"type": "Unigram", "unk_id": 1, "vocab": [[piece, 0.0 if i in (0, 1, PAD) else -3.0] for i, piece in enumerate(VOCAB)]},
    }


def main(folder: pathlib.Path) -> None:
    (folder / "onnx").mkdir(parents=True, exist_ok=True)
    marks = {"eos_token": "</s>", "unk_token": "<unk>", "pad_token": "<pad>"}
    files = {
        "config.json": config(),
        "generation_config.json": {k: v for k, v in config().items() if k.endswith("_id") or k == "bad_words_ids"},
        "tokenizer.json": tokenizer(),
        "tokenizer_config.json": {"tokenizer_class": "MarianTokenizer", "model_max_length": 512, **marks},
    }
    for name, value in files.items():
        (folder / name).write_text(json.dumps(value, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    onnx.save(encoder(), str(folder / "onnx" / "encoder_model.onnx"))
    onnx.save(decoder(), str(folder / "onnx" / "decoder_model_merged.onnx"))


if __name__ == "__main__":
    main(pathlib.Path(sys.argv[1]))
