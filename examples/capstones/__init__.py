"""The data of ten capstones, made from a seed: tables for the team, the truth for the teacher.

Everything in them is made up: no person, place, company or machine of theirs is real.
`python -m capstones` lists them. Whoever knows the seed can make the truth as well.
"""

BRIEFS = {
    "house_prices": "what will a flat be sold for? The warm-up, with a solution",
    "credit_scoring": "who will pay a small loan back?",
    "fraud": "which payments should two analysts check?",
    "recommendation": "which dishes should an app show?",
    "spam": "which text messages should be blocked?",
    "grid_load": "how much power will a state need in each hour?",
    "traffic": "where will a ring road be jammed in the coming hour?",
    "crop_yield": "how much rice will a district harvest?",
    "adaptive_learning": "which exercise will a pupil solve?",
    "nlp_service": "to which team does a customer's message go?",
}
