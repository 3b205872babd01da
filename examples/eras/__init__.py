"""Four eras of AI in miniature, on one task: from which part of the handbook is a sentence?"""
