"""Tools of torch around a module."""

from tests.honest_cells import after, solves

CELLS = [
    after(
        "compiles a module",
        """
        net = torch.compile(MLP())
        assert net(torch.randn(2, 20)).shape == (2, 10)
        fast = torch.compile(lambda x: x.relu() + 1, mode="max-autotune", fullgraph=True)
        assert fast(torch.tensor([-1.0])).item() == 1
    """,
    ),
    solves(
        "MLP",
        "compiles its forward",
        """
        class MLP(nn.Module):
            def __init__(self):
                super().__init__()
                self.hidden = nn.Linear(20, 256)
                self.out = nn.Linear(256, 10)

            @torch.compile
            def forward(self, X):
                return self.out(F.relu(self.hidden(X)))
    """,
    ),
    after(
        "scripts and traces",
        """
        net = MLP().eval()
        x = torch.randn(2, 20)
        traced = torch.jit.trace(net, x)
        scripted = torch.jit.script(net)
        assert torch.allclose(traced(x), scripted(x))

        @torch.jit.script
        def double(x):
            return 2 * x

        assert double(torch.ones(1)).item() == 2
    """,
    ),
    after(
        "makes graphs",
        """
        from torch.fx import symbolic_trace
        print(symbolic_trace(MLP()).code)
        program = torch.export.export(MLP(), (torch.randn(2, 20),))
        print(program)
    """,
    ),
    after(
        "trains with a schedule",
        """
        net = MLP()
        optimizer = torch.optim.AdamW(net.parameters(), lr=1e-2)
        schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, 10)
        scaler = torch.amp.GradScaler("cpu", enabled=False)
        for epoch in range(10):
            with torch.autocast("cpu", dtype=torch.bfloat16):
                loss = F.cross_entropy(net(torch.randn(16, 20)), torch.randint(10, (16,)))
            optimizer.zero_grad(set_to_none=True)
            scaler.scale(loss).backward()
            nn.utils.clip_grad_norm_(net.parameters(), 1.0)
            optimizer.step()
            schedule.step()
        with torch.no_grad(), torch.inference_mode():
            net(torch.randn(1, 20))
    """,
    ),
    after(
        "differentiates through functions",
        """
        from torch.func import functional_call, grad, jacrev, vmap
        net = MLP()
        weights = dict(net.named_parameters())
        loss = lambda w, x: functional_call(net, w, (x,)).sum()
        gradients = grad(loss)(weights, torch.randn(3, 20))
        vmap(lambda x: functional_call(net, weights, (x,)))(torch.randn(3, 20))
        jacrev(lambda x: x.square().sum())(torch.ones(3))
    """,
    ),
    after(
        "uses utilities around a module",
        """
        from torch.nn.utils import parametrizations, parameters_to_vector
        from torch.utils.checkpoint import checkpoint
        net = MLP()
        print(sum(p.numel() for p in net.parameters()), parameters_to_vector(net.parameters()).shape)
        parametrizations.weight_norm(net.hidden)
        checkpoint(net, torch.randn(2, 20, requires_grad=True), use_reentrant=False).sum().backward()
        nn.DataParallel(MLP())(torch.randn(2, 20))
        net.apply(lambda m: nn.init.zeros_(m.bias) if isinstance(m, nn.Linear) else None)
    """,
    ),
    after(
        "reads its own source",
        """
        import inspect
        assert "Linear" in inspect.getsource(MLP.__init__)
        assert "self" in str(inspect.signature(MLP.forward))

        class Own(nn.Module):
            def forward(self, x):
                return x + 1

        print(inspect.getsource(Own.forward))
        print(inspect.getsourcelines(lambda x: x + 1))
    """,
    ),
    after(
        "watches gradients with hooks",
        """
        net = MLP()
        shapes = []
        handle = net.hidden.register_forward_hook(lambda m, i, o: shapes.append(o.shape))
        net.out.weight.register_hook(lambda g: g * 2)
        net.register_full_backward_hook(lambda m, gi, go: None)
        net(torch.randn(2, 20, requires_grad=True)).sum().backward()
        handle.remove()
        assert shapes == [(2, 256)]
    """,
    ),
    after(
        "uses torchvision",
        """
        import torchvision
        from torchvision import models, transforms
        net = models.resnet18(weights=None)
        image = transforms.Compose([transforms.Resize(64), transforms.ToTensor()])
        from PIL import Image
        print(image(Image.new("RGB", (100, 100))).shape)
        torchvision.utils.make_grid(torch.rand(4, 3, 8, 8))
    """,
    ),
    after(
        "times with torch's own tool",
        """
        import torch.utils.benchmark as benchmark
        print(benchmark.Timer("net(x)", globals={"net": MLP(), "x": torch.randn(2, 20)}).timeit(100))
        import timeit
        print(timeit.timeit("1 + 1", number=1000))
    """,
    ),
    after(
        "moves to a GPU if there is one",
        """
        device = "cuda" if torch.cuda.is_available() else "mps" if torch.backends.mps.is_available() else "cpu"
        net = MLP().to(device)
        x = torch.randn(2, 20, device=device)
        if device == "cuda":
            torch.cuda.synchronize()
        torch.cuda.empty_cache()
        net(x).cpu().detach().numpy()
    """,
    ),
]
