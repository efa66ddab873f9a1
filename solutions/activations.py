"""Chapter 3, activations: functions between layers, as functions and as modules.

Letters: B is the batch. `any shape` means that the result has the shape, dtype and device of the argument.
The lines between the solution marks are what students write.
"""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor, nn
from torch.nn import functional as F


def sigmoid(x: Tensor) -> Tensor:
    """1 / (1 + exp(-x)), any shape.

    In all five functions of this exercise: PyTorch's own sigmoid, tanh, relu, leaky_relu and softmax stay
    unused, however they are spelled; everything else of torch, and your own functions, may be used.
    Outputs and gradients are finite for every finite x, however large: here, the gradient at -1000 is 0.
    At inf and -inf the value is the limit; gradients there, and at the kinks of relu and leaky_relu, are free.
    The argument is left as it was.
    """
    ### BEGIN SOLUTION
    # logaddexp(0, -x) is log(1 + exp(-x)), and neither it nor its gradient overflows.
    return torch.exp(-torch.logaddexp(torch.zeros_like(x), -x))
    ### END SOLUTION


def tanh(x: Tensor) -> Tensor:
    """(exp(x) - exp(-x)) / (exp(x) + exp(-x)), any shape; the limits are -1 and 1."""
    ### BEGIN SOLUTION
    return 2 * sigmoid(2 * x) - 1
    ### END SOLUTION


def relu(x: Tensor) -> Tensor:
    """x where x is positive, else 0, any shape; relu(-inf) is 0."""
    ### BEGIN SOLUTION
    return x.clamp(min=0)
    ### END SOLUTION


def leaky_relu(x: Tensor, negative_slope: float = 0.01) -> Tensor:
    """x where x is positive, else negative_slope * x, any shape; the slope may be larger than 1."""
    ### BEGIN SOLUTION
    return torch.where(x > 0, x, negative_slope * x)
    ### END SOLUTION


def softmax(x: Tensor, dim: int) -> Tensor:
    """exp(x) divided by its sum along dimension dim, any shape; along dim the results sum to 1.

    An entry of -inf gets exactly 0. A slice that holds inf, or nothing but -inf, has no softmax.
    """
    ### BEGIN SOLUTION
    # The same number subtracted from a whole slice changes nothing, and exp(0) is the largest that is left.
    powers = torch.exp(x - x.amax(dim=dim, keepdim=True))
    return powers / powers.sum(dim=dim, keepdim=True)
    ### END SOLUTION


class ReLU(nn.Module):
    """relu as a module, any shape; with inplace=True it writes into its input and returns that.

    Its repr shows `inplace=True` when that is so, and only then. It has no parameters and no buffers.
    With inplace=True, a leaf that requires a gradient is refused: leave that to PyTorch's own error.
    """

    def __init__(self, inplace: bool = False) -> None:
        super().__init__()
        ### BEGIN SOLUTION
        self.inplace = inplace
        ### END SOLUTION

    def forward(self, x: Tensor) -> Tensor:
        ### BEGIN SOLUTION
        return torch.relu_(x) if self.inplace else torch.relu(x)
        ### END SOLUTION

    def extra_repr(self) -> str:
        """The text that nn.Module puts between the brackets of its repr."""
        ### BEGIN SOLUTION
        return "inplace=True" if self.inplace else ""
        ### END SOLUTION


def residual_relu(x: Tensor) -> Tensor:
    """x + relu(x), any shape; x itself is left as it was."""
    ### BEGIN SOLUTION
    h = x * 1
    return h + F.relu(h)
    ### END SOLUTION


def safe_inplace(case: str) -> bool:
    """Whether the in-place operation gives the outputs and gradients of the other version, without an error.

    The argument is one of four texts:
    "relu after linear": F.relu(linear(x), inplace=True), then backward.
    "relu on a leaf": F.relu(x, inplace=True) where x is a leaf that requires a gradient.
    "relu before a second use of its input": h + F.relu(h, inplace=True).
    "relu_ and mul_ after exp": torch.exp(x).relu_().mul_(2), then backward.
    """
    ### BEGIN SOLUTION
    return {
        "relu after linear": True,
        "relu on a leaf": False,
        "relu before a second use of its input": False,
        "relu_ and mul_ after exp": False,
    }[case]
    ### END SOLUTION


def functional_net(x: Tensor, params: dict[str, Tensor]) -> Tensor:
    """Linear, relu, linear, with weights that the caller owns: x (B, 784) -> scores (B, 10).

    `params` has what ModuleNet().named_parameters() lists: fc1.weight (256, 784), fc1.bias (256,),
    fc2.weight (10, 256), fc2.bias (10,). Gradients reach them; neither they nor x are changed, and nothing
    is kept from one call to the next.
    """
    ### BEGIN SOLUTION
    hidden = F.relu(F.linear(x, params["fc1.weight"], params["fc1.bias"]))
    return F.linear(hidden, params["fc2.weight"], params["fc2.bias"])
    ### END SOLUTION


class ModuleNet(nn.Module):
    """The same network as a module: x (B, 784) -> scores (B, 10), with 256 hidden units.

    `fc1` and `fc2` are linear layers. nn.Sequential(nn.Flatten(), ModuleNet()) takes images (B, 1, 28, 28).
    """

    def __init__(self) -> None:
        super().__init__()
        ### BEGIN SOLUTION
        self.fc1 = nn.Linear(784, 256)
        self.fc2 = nn.Linear(256, 10)
        ### END SOLUTION

    def forward(self, x: Tensor) -> Tensor:
        ### BEGIN SOLUTION
        return self.fc2(F.relu(self.fc1(x)))
        ### END SOLUTION


def same(net: nn.Module, x: Tensor) -> bool:
    """Whether net(x) and functional_net(x, parameters of net) are the same in every number, up to rounding.

    x is (B, 784); net has the parameters of a ModuleNet, but may compute something else with them: then the
    answer is False. The answer is True or False itself, not a tensor.
    """
    ### BEGIN SOLUTION
    return torch.allclose(net(x), functional_net(x, dict(net.named_parameters())))
    ### END SOLUTION


class MyDropout(nn.Module):
    """Dropout, any shape: in training every number becomes 0 with probability p, the others x / (1 - p).

    Each number is drawn anew in every call, for itself. In eval mode the result is x, unchanged.
    With p = 0 nothing is dropped, with p = 1 everything; p outside of [0, 1] is a ValueError.
    The module has no parameters and no buffers, and leaves its input as it was. F.dropout may be used.
    """

    def __init__(self, p: float = 0.5) -> None:
        super().__init__()
        ### BEGIN SOLUTION
        if not 0 <= p <= 1:
            raise ValueError(f"p has to lie between 0 and 1, not at {p}")
        self.p = p
        ### END SOLUTION

    def forward(self, x: Tensor) -> Tensor:
        ### BEGIN SOLUTION
        if not self.training:
            return x
        kept = torch.rand_like(x) >= self.p
        # With p = 1 nothing is kept, and there is nothing to divide.
        scale = 1 / (1 - self.p) if self.p < 1 else 0
        return x * kept * scale
        ### END SOLUTION


class DropoutNet(nn.Module):
    """A Linear(8, 8), then dropout with probability p: x (B, 8) -> (B, 8).

    In eval mode, its own or that of a model around it, nothing is dropped. Attributes may have any name.
    """

    def __init__(self, p: float = 0.5) -> None:
        ### BEGIN SOLUTION
        super().__init__()
        self.linear = nn.Linear(8, 8)
        self.p = p
        ### END SOLUTION

    def forward(self, x: Tensor) -> Tensor:
        ### BEGIN SOLUTION
        return F.dropout(self.linear(x), self.p, training=self.training)
        ### END SOLUTION


def saturation(act: Callable[[Tensor], Tensor], x: Tensor) -> Tensor:
    """The derivative of act at every number of x, any shape.

    act works on each number alone, as torch.sigmoid and nn.ReLU() do. x may or may not require a gradient,
    and is left as it was: the same requires_grad, and the same x.grad.
    """
    ### BEGIN SOLUTION
    leaf = x.detach().requires_grad_()
    # Each output depends on one input, so the gradient of the sum holds every derivative by itself.
    (slope,) = torch.autograd.grad(act(leaf).sum(), leaf)
    return slope
    ### END SOLUTION


def dead_fraction(net: nn.Module, x: Tensor) -> float:
    """The share of net's relu units that are 0 for every sample of x, between 0.0 and 1.0.

    x is (B, ...). A unit is one number of what an nn.ReLU inside net, at any depth, returns for a sample: a
    layer that returns (B, n) has n. All units of all layers count alike; without any nn.ReLU it is 0.0.
    net runs in eval mode and is left as it was: every submodule's mode, and no hook stays behind.
    """
    ### BEGIN SOLUTION
    modes = [(module, module.training) for module in net.modules()]
    dead: list[Tensor] = []

    def note(layer: nn.Module, inputs: tuple[Tensor, ...], output: Tensor) -> None:
        dead.append((output == 0).all(dim=0).flatten())

    handles = [m.register_forward_hook(note) for m in net.modules() if isinstance(m, nn.ReLU)]
    try:
        with torch.inference_mode():
            net.eval()(x)
    finally:
        for handle in handles:
            handle.remove()
        for module, training in modes:
            module.training = training
    return torch.cat(dead).double().mean().item() if dead else 0.0
    ### END SOLUTION
