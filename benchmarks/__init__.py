"""The same work on minigrad and its peers: how fast each is, on this machine.

    make bench
    python -m benchmarks --rows mlp-64 cnn --threads 1

`work` holds the rows, one file a family: the same few lines in every library, side by side.
`harness` measures, `report` and `picture` tell.
"""
