"""The small network that lessons train many times."""

import numpy as np

import minigrad as mg
from minigrad.course import digits

IMAGES, LABELS = mg.data.digits().train


def plain(parameters):
    return mg.optim.SGD(parameters, lr=0.5)


def by_hand(updates):
    rng = np.random.default_rng(3)
    model = digits.small_network(rng)
    optimizer = plain(model.parameters())
    for _ in range(updates):
        rows = rng.choice(len(IMAGES), 16, replace=False)
        optimizer.zero_grad()
        mg.nn.cross_entropy(model(mg.tensor(IMAGES[rows])), LABELS[rows]).backward()
        optimizer.step()
    return digits.loss_on(model, IMAGES, LABELS)


def test_training_is_the_loop_written_out_to_the_bit():
    losses = digits.train(plain, IMAGES, LABELS, seed=3, updates=8, batch_size=16, every=4)
    assert losses.tolist() == [by_hand(0), by_hand(4), by_hand(8)]
    (last,) = digits.train(plain, IMAGES, LABELS, seed=3, updates=8, batch_size=16)
    assert last == losses[-1]


def test_an_optimizer_that_asks_for_the_loss_gets_it():
    def capped(parameters):
        return mg.optim.PolyakSGD(parameters, lr=1e-3)

    def constant(parameters):
        return mg.optim.SGD(parameters, lr=1e-3)

    # So small a cap is always the rate that is taken.
    one, two = (digits.train(make, IMAGES, LABELS, 3, 8, 16) for make in (capped, constant))
    assert np.allclose(one, two)


def test_a_schedule_free_run_is_judged_at_its_average():
    made = []

    def averaged(parameters):
        kept = list(parameters)
        made.append((kept, mg.optim.ScheduleFreeSGD(kept, lr=1.0)))
        return made[-1][1]

    _, last = digits.train(averaged, IMAGES, LABELS, 3, 8, 16, every=8)
    parameters, optimizer = made[0]

    def there():
        hidden = np.maximum(IMAGES @ parameters[0].numpy() + parameters[1].numpy(), 0)
        scores = mg.tensor(hidden @ parameters[2].numpy() + parameters[3].numpy())
        return mg.nn.cross_entropy(scores, LABELS).item()

    training = there()
    optimizer.eval()
    assert np.isclose(there(), last)
    assert not np.isclose(training, last)


def test_about_a_share_of_the_labels_is_replaced_and_the_given_ones_stay():
    before = LABELS.copy()
    changed = digits.mislabelled(LABELS, 0.5, np.random.default_rng(0)) != LABELS
    assert 0.4 < changed.mean() < 0.5  # one in ten of those drawn is the right digit by luck
    assert np.array_equal(before, LABELS)
