"""*Copy and page*: print the built handbook, a PDF for each chapter, one for each module, and a page listing them.

A pack is what a reader takes along on paper: everything open, the words and the sources that it
uses at its end, and no answers. These are a file of their own, which a trainer keeps.

`site` reads the built site, `article` makes a page ready for paper, `paper` makes one document of
some of them, `printing` prints it, `pdf_checks` looks into the PDF for what it has to hold, and
`catalogue` prints all and lists them.

Sphinx's own `singlehtml` also makes one page of several. But its chapters share their ids, it has
no page for a word or a source outside of them, and the answers stay where they are.
"""
